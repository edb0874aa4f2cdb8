/** What the durable API answers instead of a result, named as Lambda names its exceptions. */
export type RefusalType =
  | 'InvalidParameterValueException'
  | 'ResourceNotFoundException'
  | 'CallbackTimeoutException'
  | 'DurableExecutionAlreadyStartedException'
  | 'ServiceException';

const STATUS: Readonly<Record<RefusalType, number>> = {
  InvalidParameterValueException: 400,
  ResourceNotFoundException: 404,
  CallbackTimeoutException: 400,
  DurableExecutionAlreadyStartedException: 409,
  ServiceException: 500,
};

/** A request that the service turns down: nothing of it has been applied. */
export class Refusal extends Error {
  override readonly name: RefusalType;
  /** The HTTP status of the answer. */
  readonly status: number;

  constructor(name: RefusalType, message: string) {
    super(message);
    this.name = name;
    this.status = STATUS[name];
  }
}

/** The refusal of a request that is wrong in itself: sending it again would not help. */
export function invalid(message: string): Refusal {
  return new Refusal('InvalidParameterValueException', message);
}
