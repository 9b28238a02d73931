import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptions } from '@nestjs/swagger';
import { ClassConstructor, Expose, Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { DEFAULT_LIMITS, Limits } from '../config/app-config';
import { isRecord } from './is-record';
import { parseTimestamp } from './timestamp';

/**
 * One decorator says everything about a field of a request: what it accepts, how it is read from text in a path or a
 * query, and what Swagger shows. The type must be right as it is in JSON: nothing is converted.
 */

/** Names the transformations that read a value from the text of a path or a query parameter. */
export const FROM_TEXT = 'from-text';

/** Swagger shows the limit that is configured; see `openapi.ts`. */
export const LIMIT_EXTENSION = 'x-limit';

/** Under it, a field that holds DTOs says of which class. */
const NESTED_TYPE = Symbol('NESTED_TYPE');

/** The class of the DTO, or of each in the list, that a field of `type` holds; undefined for other fields. */
export function nestedType(
  type: ClassConstructor<object>,
  property: string,
): ClassConstructor<object> | undefined {
  return Reflect.getMetadata(NESTED_TYPE, type.prototype as object, property) as
    ClassConstructor<object> | undefined;
}

/** Under it, a number that is bounded by a limit says by which. */
const NUMBER_LIMIT = Symbol('NUMBER_LIMIT');

/** What bounds a number of `type`, if that is configured. */
export function numberLimit(
  type: ClassConstructor<object>,
  property: string,
): { readonly limit: keyof Limits; readonly min: number } | undefined {
  return Reflect.getMetadata(NUMBER_LIMIT, type.prototype as object, property) as
    { limit: keyof Limits; min: number } | undefined;
}

interface Presence {
  /** May be left out; `null` is the same as leaving it out. Without any of these three it is required. */
  readonly optional?: boolean;
  /** May be left out; `null` is a value of its own: it clears the field. */
  readonly nullable?: boolean;
  /** May be left out, but must not be `null`. */
  readonly omissible?: boolean;
  readonly example?: unknown;
}

interface Kind {
  readonly schema: ApiPropertyOptions;
  /** What it accepts, fitting after "must be". */
  readonly takes: string | ((value: unknown) => string);
  readonly accepts: (value: unknown) => boolean;
  /** What a text stands for; text that stands for nothing is given back, to be refused. */
  readonly fromText?: (text: string) => unknown;
}

/** Text whose length the rules check: limits are configured. */
export function Text(options: Presence & { limit?: keyof Limits }): PropertyDecorator {
  const { limit } = options;
  const bound = limit === undefined ? {} : { maxLength: DEFAULT_LIMITS[limit], [LIMIT_EXTENSION]: limit };
  return field(options, {
    schema: { type: 'string', minLength: 1, ...bound },
    takes: 'a text',
    accepts: (value) => typeof value === 'string',
  });
}

/** With a limit, its default is the most that can be configured; `DtoReader` holds values against what is configured. */
export function WholeNumber(
  options: Presence & { min?: number; max?: number; limit?: keyof Limits },
): PropertyDecorator {
  const { limit, min = Number.MIN_SAFE_INTEGER } = options;
  const max = limit ? DEFAULT_LIMITS[limit] : (options.max ?? Number.MAX_SAFE_INTEGER);
  const bound = limit === undefined ? {} : { [LIMIT_EXTENSION]: limit };
  const whole = field(options, {
    schema: { type: 'integer', format: 'int64', minimum: min, maximum: max, ...bound },
    takes: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isSafeInteger(value) && min <= (value as number) && (value as number) <= max,
    fromText: (text) => (/^-?\d{1,16}$/.test(text) ? Number(text) : text),
  });
  return limit ? applyDecorators(Reflect.metadata(NUMBER_LIMIT, { limit, min }), whole) : whole;
}

export function Fraction(options: Presence & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return field(options, {
    schema: { type: 'number', minimum: min, maximum: max },
    takes: `a number from ${min} to ${max}`,
    accepts: (value) => typeof value === 'number' && min <= value && value <= max,
    fromText: (text) => (/^-?\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : text),
  });
}

export function Flag(options: Presence = {}): PropertyDecorator {
  return field(options, {
    schema: { type: 'boolean' },
    takes: '`true` or `false`',
    accepts: (value) => typeof value === 'boolean',
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  });
}

export function OneOf(values: readonly string[], options: Presence = {}): PropertyDecorator {
  return field(options, {
    schema: { type: 'string', enum: [...values] },
    takes: values.map((value) => `"${value}"`).join(' or '),
    accepts: (value) => values.includes(value as string),
  });
}

/** A date and time of ISO 8601; without a zone it is UTC. The DTO keeps the text. */
export function Timestamp(options: Presence): PropertyDecorator {
  return field(options, {
    schema: { type: 'string', format: 'date-time' },
    takes: 'a date and time such as "2026-05-08T13:56:00Z"',
    accepts: (value) => typeof value === 'string' && parseTimestamp(value) !== undefined,
  });
}

/** In a query: the parameter once for each text. */
export function TextList(options: Presence & { max: number; limit: keyof Limits }): PropertyDecorator {
  const { max, limit } = options;
  const items = { type: 'string', minLength: 1, maxLength: DEFAULT_LIMITS[limit], [LIMIT_EXTENSION]: limit };
  return field(options, {
    schema: { type: 'array', minItems: 1, maxItems: max, items },
    takes: `a list of 1 to ${max} texts`,
    accepts: (value) =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= max &&
      value.every((item) => typeof item === 'string'),
    fromText: (text) => [text],
  });
}

/** A JSON object, of any content. In a query: the object as JSON. */
export function JsonRecord(options: Presence): PropertyDecorator {
  return field(options, {
    schema: { type: 'object', additionalProperties: true },
    takes: 'a JSON object',
    accepts: isRecord,
    fromText: parsedJson,
  });
}

/** One DTO inside another. */
export function Nested(type: () => ClassConstructor<object>, options: Presence = {}): PropertyDecorator {
  return applyDecorators(
    Reflect.metadata(NESTED_TYPE, type()),
    field(options, {
      schema: { type: type() },
      takes: 'a JSON object',
      accepts: isRecord,
    }),
  );
}

/** A list of DTOs. */
export function NestedList(
  type: () => ClassConstructor<object>,
  options: Presence & { limit: keyof Limits },
): PropertyDecorator {
  const { limit } = options;
  const bound = { minItems: 1, maxItems: DEFAULT_LIMITS[limit], [LIMIT_EXTENSION]: limit };
  return applyDecorators(
    Reflect.metadata(NESTED_TYPE, type()),
    field(options, {
      schema: { type: [type()], ...bound },
      takes: (value) =>
        Array.isArray(value) && value.length > 0
          ? `a list of JSON objects: item ${value.findIndex((item) => !isRecord(item))} is not`
          : 'a list of at least one JSON object',
      accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isRecord),
    }),
  );
}

function field({ optional, nullable, omissible, example }: Presence, kind: Kind): PropertyDecorator {
  const { schema, takes, accepts, fromText = (text: string) => text } = kind;
  const read = ({ value }: { value: unknown }): unknown =>
    typeof value === 'string' ? fromText(value) : value;
  const drop = ({ value }: { value: unknown }): unknown => value ?? undefined;
  const absent = (value: unknown): boolean => value === undefined || (nullable === true && value === null);
  const mayBeAbsent = optional || nullable || omissible;
  const documented = {
    ...schema,
    required: !mayBeAbsent,
    ...(optional || nullable ? { nullable: true } : {}),
    ...(example === undefined ? {} : { example }),
  } as ApiPropertyOptions;
  return applyDecorators(
    Expose(),
    Transform(read, { groups: [FROM_TEXT] }),
    ...(optional ? [Transform(drop), Transform(drop, { groups: [FROM_TEXT] })] : []),
    ...(mayBeAbsent ? [ValidateIf((_dto, value) => !absent(value))] : []),
    ValidateBy(
      { name: 'field', validator: { validate: accepts } },
      {
        message: ({ value }) =>
          value === undefined ? 'is required' : `must be ${typeof takes === 'string' ? takes : takes(value)}`,
      },
    ),
    ApiProperty(documented),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
