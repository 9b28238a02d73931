import { Comparison, JsonValue, MetadataCondition } from '../../memory';
import { SqlParameters } from '../sql-parameters';

/**
 * A metadata filter as SQL, true or false and never null, for exactly the objects that `matchesMetadata` accepts.
 *
 * @param column the jsonb column to look into.
 */
export function metadataSql(condition: MetadataCondition, column: string, parameters: SqlParameters): string {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.conditions.map((part) => metadataSql(part, column, parameters));
      return `(${parts.join(` ${condition.kind} `)})`;
    }
    case 'not':
      return `(not ${metadataSql(condition.condition, column, parameters)})`;
    case 'compare': {
      // `->` with a text leads through objects only, as the filter's paths do; `#>` would count through arrays.
      const path = condition.path.map((key) => ` -> ${parameters.add(key, 'text')}`).join('');
      return comparisonSql(condition.comparison, `(${column}${path})`, parameters);
    }
  }
}

/** `value` is null in SQL where the field is missing, and jsonb's null where the field is null. */
function comparisonSql(comparison: Comparison, value: string, parameters: SqlParameters): string {
  switch (comparison.operator) {
    case 'exists':
      return `(${value} is ${comparison.value ? 'not null' : 'null'})`;
    case 'eq':
      return decided(`${value} = ${json(comparison.value, parameters)}`);
    case 'in':
      return decided(`${value} = any(${jsonArray(comparison.values, parameters)})`);
    case 'contains':
      return containsSql(comparison.value, value, parameters);
    case 'gt':
      return orderSql('>', comparison.value, value, parameters);
    case 'gte':
      return orderSql('>=', comparison.value, value, parameters);
    case 'lt':
      return orderSql('<', comparison.value, value, parameters);
    case 'lte':
      return orderSql('<=', comparison.value, value, parameters);
  }
}

/** In UTF-8, which every database of ours is in, the order of collation "C" is that of the code points. */
function orderSql(
  operator: string,
  operand: number | string,
  value: string,
  parameters: SqlParameters,
): string {
  if (typeof operand === 'number')
    return decided(`jsonb_typeof(${value}) = 'number' and ${value} ${operator} ${json(operand, parameters)}`);
  const text = parameters.add(operand, 'text');
  return decided(
    `jsonb_typeof(${value}) = 'string' and (${value} #>> '{}') collate "C" ${operator} ${text} collate "C"`,
  );
}

/** Elements are compared one by one: `@>` would accept an object that merely includes the one asked for. */
function containsSql(part: JsonValue, value: string, parameters: SqlParameters): string {
  const elements = `jsonb_array_elements(case jsonb_typeof(${value}) when 'array' then ${value} else '[]' end)`;
  const inArray = `exists (select from ${elements} as element where element = ${json(part, parameters)})`;
  if (typeof part !== 'string') return inArray;
  const inText = `jsonb_typeof(${value}) = 'string' and strpos(${value} #>> '{}', ${parameters.add(part, 'text')}) > 0`;
  return `(${inArray} or ${decided(inText)})`;
}

function decided(sql: string): string {
  return `coalesce(${sql}, false)`;
}

function json(value: JsonValue, parameters: SqlParameters): string {
  return parameters.add(JSON.stringify(value), 'jsonb');
}

function jsonArray(values: readonly JsonValue[], parameters: SqlParameters): string {
  return parameters.add(
    values.map((value) => JSON.stringify(value)),
    'jsonb[]',
  );
}
