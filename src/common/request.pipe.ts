import { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ClassConstructor, plainToInstance } from 'class-transformer';
import { getMetadataStorage, ValidationError, validateSync } from 'class-validator';
import { FieldProblem, InvalidInputError } from './domain.error';
import { FROM_TEXT } from './validation.decorator';

/** Containers inside containers that any request may have: deeper ones could exhaust the stack further on. */
const DEEPEST = 100;
/** Problems that one answer lists; the rest follows when these are mended. */
const MOST_PROBLEMS = 1_000;
/** Characters of a field's name that an answer repeats: a name may be as long as the body. */
const LONGEST_NAME = 100;

/** The fields that each class declares; asking class-validator anew for each memory of a batch would be slow. */
const DECLARED = new WeakMap<object, ReadonlySet<string>>();

/**
 * Makes the DTO of a handler's parameter out of what came in, or throws `InvalidInputError` naming every field that
 * is wrong by its JSON path (`memories[3].content`). A field that the DTO does not declare is wrong too. Values keep
 * the type they have in JSON; only path and query parameters, which are text, are read as what the field declares.
 *
 * Nest's own pipe will not do: it deletes keys such as `__proto__` and `constructor` from metadata that must arrive
 * as it was sent, or be refused (docs/adr/0008-a-request-pipe-of-our-own.md).
 */
export class RequestPipe implements PipeTransform {
  /** @param longestList items of a list that are looked at at all: beyond it, the list is refused unread. */
  constructor(private readonly longestList: number) {}

  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (!isDto(metatype)) return value;
    const input = value ?? {};
    if (!isRecord(input)) throw new InvalidInputError([{ field: type, reason: 'must be a JSON object' }]);
    this.refuseMonsters(input);
    const dto = plainToInstance(metatype, input, {
      excludeExtraneousValues: true,
      exposeUnsetFields: false,
      groups: type === 'body' ? [] : [FROM_TEXT],
    });
    const problems = [
      ...unknownFields(input, dto, ''),
      ...wrongFields(validateSync(dto, { stopAtFirstError: true, forbidUnknownValues: false }), ''),
    ];
    if (problems.length > 0) throw new InvalidInputError(problems.slice(0, MOST_PROBLEMS));
    return dto;
  }

  private refuseMonsters(input: Record<string, unknown>): void {
    for (const [field, value] of Object.entries(input)) {
      if (Array.isArray(value) && value.length > this.longestList)
        throw new InvalidInputError([
          { field: named(field), reason: `must have at most ${this.longestList} items` },
        ]);
      if (isDeeperThan(value, DEEPEST))
        throw new InvalidInputError([{ field: named(field), reason: 'is nested too deep' }]);
    }
  }
}

function isDto(metatype: ArgumentMetadata['metatype']): metatype is ClassConstructor<object> {
  const natives: unknown[] = [String, Boolean, Number, Array, Object];
  return metatype !== undefined && !natives.includes(metatype);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Level by level: a recursive walk would be the very thing it guards against. */
function isDeeperThan(value: unknown, levels: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === levels) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What the caller sent and no DTO declares, at every level that is a DTO. */
function unknownFields(input: object, dto: object, path: string): FieldProblem[] {
  const declared = declaredFields(dto.constructor);
  return Object.entries(input).flatMap(([key, sent]) => {
    const field = path + named(key);
    if (!declared.has(key)) return [{ field, reason: 'is not a field here' }];
    return nestedDtos(sent, (dto as Record<string, unknown>)[key]).flatMap(([index, part, partDto]) =>
      unknownFields(part, partDto, `${field}${index}.`),
    );
  });
}

function declaredFields(type: object): ReadonlySet<string> {
  const known = DECLARED.get(type);
  if (known) return known;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type as () => void, '', false, false);
  const declared = new Set(metadata.map(({ propertyName }) => propertyName));
  DECLARED.set(type, declared);
  return declared;
}

/** A field that holds a DTO, or a list of them, beside what was sent for each. */
function nestedDtos(sent: unknown, made: unknown): [index: string, sent: object, dto: object][] {
  if (Array.isArray(made))
    return made.flatMap((item, i) => (isDtoOf(item) ? [[`[${i}]`, (sent as object[])[i]!, item]] : []));
  return isDtoOf(made) ? [['', sent as object, made]] : [];
}

function isDtoOf(value: unknown): value is object {
  return isRecord(value) && Object.getPrototypeOf(value) !== Object.prototype;
}

function wrongFields(errors: readonly ValidationError[], path: string): FieldProblem[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const index = /^\d+$/.test(property) && path !== '';
    const field = index ? `${path.slice(0, -1)}[${property}]` : path + property;
    return [
      ...Object.values(constraints).map((reason) => ({ field, reason })),
      ...wrongFields(children, `${field}.`),
    ];
  });
}

function named(key: string): string {
  return key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key;
}
