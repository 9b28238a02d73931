import { ClassConstructor, plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { Limits } from '../config/app-config';
import { FieldProblem, InvalidInputError, MOST_PROBLEMS } from './domain.error';
import { isRecord } from './is-record';
import { visitInSlices } from './time-slices';
import { FROM_TEXT, nestedType, numberLimit } from './validation.decorator';

/** Characters of a field's name that an answer repeats: a name may be as long as the body. */
const LONGEST_NAME = 100;

/** Reading one takes a tenth of a millisecond. */
const ITEMS_BETWEEN_LOOKS = 8;

/** The fields that each class declares; asking class-validator anew for each memory of a batch would be slow. */
const DECLARED = new WeakMap<object, ReadonlySet<string>>();

type Fields = Record<string, unknown>;

/** What the rules of a class of DTOs say of one whose fields, those that it has, are of the right types. */
export type RulesOfDto = (dto: object, path: string) => readonly FieldProblem[];

/** The rules that requests are held against where the types of fields cannot tell, by the class of the DTO. */
export type DtoRules = ReadonlyMap<ClassConstructor<object>, RulesOfDto>;

/**
 * Reads one request into a DTO, and the DTOs inside it, collecting what is wrong. It looks at declared fields alone,
 * and into none of their values but those that are DTOs themselves: what a request costs does not grow with the
 * nonsense in it. Lists and objects that are no DTOs arrive as they were sent; class-transformer never sees them.
 */
export class DtoReader {
  /** Where there are any, what was read is not to be used. After `MOST_PROBLEMS` it looks for no more. */
  readonly problems: FieldProblem[] = [];
  private readonly judged: (() => readonly FieldProblem[])[] = [];

  /** @param options whether values are texts of a path or a query; what numbers and lists of DTOs are bounded by. */
  constructor(
    private readonly options: { readonly fromText: boolean; readonly limits: Limits },
    private readonly rules: DtoRules = new Map(),
  ) {}

  /** The problems, and what the rules have against the fields without any: whoever is refused is told everything at once. */
  allProblems(): readonly FieldProblem[] {
    for (const judge of this.judged) {
      if (this.isFull) break;
      this.problems.push(...judge());
    }
    return this.problems;
  }

  /** @throws InvalidInputError for a list that is too long to be looked at. */
  async read<T extends object>(type: ClassConstructor<T>, input: Fields, path = ''): Promise<T> {
    const declared = declaredFields(type);
    for (const field of Object.keys(input)) {
      if (this.isFull) break;
      if (!declared.has(field)) this.refuse(path + named(field), 'is not a field here');
    }
    const given = [...declared].filter((field) => Object.hasOwn(input, field));
    const scalars = given.filter((field) => !isContainer(input[field]));
    const dto = plainToInstance(type, Object.fromEntries(scalars.map((field) => [field, input[field]])), {
      excludeExtraneousValues: true,
      exposeUnsetFields: false,
      groups: this.options.fromText ? [FROM_TEXT] : [],
    });
    for (const field of given.filter((name) => isContainer(input[name]))) {
      const read = this.container(nestedType(type, field), input[field], path + field);
      // Without a pause where there is nothing to wait for, so that what is wrong is found in order.
      (dto as Fields)[field] = read instanceof Promise ? await read : read;
    }
    this.validate(dto, path);
    for (const field of given) this.holdAgainstLimit(type, dto, field, path);
    const rules = this.rules.get(type);
    if (rules) this.judged.push(() => rules(dto, path));
    return dto;
  }

  private container(type: ClassConstructor<object> | undefined, sent: unknown, field: string): unknown {
    if (!type) return sent;
    const { batchMemories } = this.options.limits;
    if (Array.isArray(sent) && sent.length > batchMemories)
      throw new InvalidInputError([{ field, reason: `must have at most ${batchMemories} items` }]);
    if (isRecord(sent)) return this.read(type, sent, `${field}.`);
    return Array.isArray(sent) && sent.every(isRecord) ? this.items(type, sent, field) : sent;
  }

  private async items(
    type: ClassConstructor<object>,
    sent: readonly Fields[],
    field: string,
  ): Promise<object[]> {
    const items: Promise<object>[] = [];
    const read = (item: Fields, i: number) => {
      const reading = this.read(type, item, `${field}[${i}].`);
      // Its failure is met below; until then it must not count as nobody's, which would end the process.
      reading.catch(() => undefined);
      items.push(reading);
      return !this.isFull;
    };
    await visitInSlices(sent, read, ITEMS_BETWEEN_LOOKS);
    return Promise.all(items);
  }

  private validate(dto: object, path: string): void {
    const errors = validateSync(dto, { stopAtFirstError: true, forbidUnknownValues: false });
    for (const { property, constraints = {} } of errors) {
      for (const reason of Object.values(constraints)) this.refuse(path + property, reason);
      delete (dto as Fields)[property];
    }
  }

  private holdAgainstLimit(type: ClassConstructor<object>, dto: object, field: string, path: string): void {
    const bound = numberLimit(type, field);
    const value = (dto as Fields)[field];
    if (!bound || typeof value !== 'number') return;
    const most = this.options.limits[bound.limit];
    if (value > most) this.refuse(path + field, `must be a whole number from ${bound.min} to ${most}`);
  }

  private refuse(field: string, reason: string): void {
    this.problems.push({ field, reason });
  }

  private get isFull(): boolean {
    return this.problems.length >= MOST_PROBLEMS;
  }
}

function declaredFields(type: object): ReadonlySet<string> {
  const known = DECLARED.get(type);
  if (known) return known;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type as () => void, '', false, false);
  const declared = new Set(metadata.map(({ propertyName }) => propertyName));
  DECLARED.set(type, declared);
  return declared;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function named(key: string): string {
  return key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key;
}
