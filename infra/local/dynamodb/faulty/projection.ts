import { asRecord, asText, texts } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { Answer, Call } from './call.ts';
import { invalid } from './refusals.ts';
import type { TableShape } from './tables.ts';

/**
 * A global index answers with what it projects and with nothing else, and AWS refuses whoever asks for more. A filter on
 * such an attribute is refused too: it could never match, and is a mistake whichever way an engine takes it.
 *
 * @returns the refusal, or undefined for a read that the index can answer
 */
export function refusalOfIndexRead({ input }: Call, shape: TableShape): Answer | undefined {
  const index = asText(input['IndexName']) ?? '';
  const projected = shape.globalIndexes.get(index);
  if (projected === undefined) return undefined;
  if (input['Select'] === 'ALL_ATTRIBUTES') {
    return invalid(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ' +
        `${index} because its projection type is not ALL`,
    );
  }
  const missing = [...new Set(namedAttributes(input))].filter((name) => !projected.has(name));
  if (missing.length === 0) return undefined;
  return invalid(
    'One or more parameter values were invalid: ' +
      `Global secondary index ${index} does not project [${missing.join(', ')}]`,
  );
}

function namedAttributes(input: JsonRecord): string[] {
  const names = asRecord(input['ExpressionAttributeNames']);
  const expressions = [input['ProjectionExpression'], input['FilterExpression']].map((text) => asText(text) ?? '');
  return [
    ...expressions.flatMap(topLevelNames).map((name) => asText(names[name]) ?? name),
    ...texts(input['AttributesToGet']),
    ...Object.keys(asRecord(input['QueryFilter'])),
    ...Object.keys(asRecord(input['ScanFilter'])),
  ];
}

/** A path (`a.b[0].c`) that is no value (`:v`); whether it is followed by a bracket tells a function from an attribute. */
const PATH = /:\w+|(#?[A-Za-z_]\w*)((?:\.#?\w+|\[\d+\])*)\s*(\()?/g;
const WORDS = /^(?:and|or|not|between|in)$/i;

/** The attributes that an expression names, as it writes them: of a path its first part. */
function topLevelNames(expression: string): string[] {
  return [...expression.matchAll(PATH)].flatMap(([, name, , bracket]) =>
    name === undefined || bracket !== undefined || WORDS.test(name) ? [] : [name],
  );
}
