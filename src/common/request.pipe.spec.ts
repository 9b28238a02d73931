import { DEFAULT_LIMITS } from '../config/app-config';
import { InvalidInputError } from './domain.error';
import { RequestPipe } from './request.pipe';
import { JsonRecord, Nested, NestedList, Text, TextList, WholeNumber } from './validation.decorator';

class ItemDto {
  @Text({})
  readonly name!: string;

  @JsonRecord({ optional: true })
  readonly extra: object = {};
}

class OrderDto {
  @WholeNumber({ min: 1 })
  readonly count!: number;

  @Nested(() => ItemDto, { optional: true })
  readonly item?: ItemDto;

  @NestedList(() => ItemDto, { optional: true, limit: 'batchMemories' })
  readonly items?: ItemDto[];

  @TextList({ optional: true, max: 3, limit: 'labelBytes' })
  readonly words?: string[];
}

const LONGEST_LIST = 500;

function read(input: unknown): Promise<unknown> {
  return new RequestPipe({ ...DEFAULT_LIMITS, batchMemories: LONGEST_LIST }).transform(input, {
    type: 'body',
    metatype: OrderDto,
  });
}

async function problemsOf(input: unknown): Promise<readonly string[]> {
  try {
    await read(input);
  } catch (error) {
    if (error instanceof InvalidInputError)
      return error.fields.map(({ field, reason }) => `${field} ${reason}`);
    throw error;
  }
  return [];
}

/** Whoever looks into it fails. */
function untouchable(target: object): object {
  const touch = (): never => {
    throw new Error('was looked into');
  };
  return new Proxy(target, { get: touch, ownKeys: touch, getOwnPropertyDescriptor: touch });
}

describe('RequestPipe', () => {
  it('makes the DTOs, and leaves other values as they were sent', async () => {
    const extra = JSON.parse('{"__proto__": 1, "constructor": {"a": [1]}}') as object;
    const words = ['a'];
    const dto = (await read({
      count: 1,
      item: { name: 'a', extra },
      items: [{ name: 'b' }],
      words,
    })) as OrderDto;
    expect(dto).toBeInstanceOf(OrderDto);
    expect(dto.item).toBeInstanceOf(ItemDto);
    expect(dto.items![0]).toEqual({ name: 'b', extra: {} });
    expect(dto.items![0]).toBeInstanceOf(ItemDto);
    expect(dto.item!.extra).toBe(extra);
    expect(dto.words).toBe(words);
  });

  it('names what is wrong by its place', async () => {
    const items = [{ name: 'a' }, { name: 1, colour: 'red' }, { extra: [] }];
    expect(await problemsOf({ count: 0, shape: 1, item: { name: null }, items })).toEqual([
      'shape is not a field here',
      'item.name must be a text',
      'items[1].colour is not a field here',
      'items[1].name must be a text',
      'items[2].name is required',
      'items[2].extra must be a JSON object',
      'count must be a whole number from 1 to 9007199254740991',
    ]);
  });

  it.each<[string, object]>([
    ['a field that is not there', { colour: untouchable([]) }],
    ['raw JSON', { item: { name: 'a', extra: untouchable({}) } }],
  ])('does not look into %s', async (_what, input) => {
    expect(await problemsOf({ count: 0, ...input })).toContain(
      'count must be a whole number from 1 to 9007199254740991',
    );
  });

  it.each<[string, unknown, string]>([
    ['texts', { words: Array(1_000_000).fill('a') }, 'words must be a list of 1 to 3 texts'],
    ['objects', { items: Array(501).fill({ name: 'a' }) }, 'items must have at most 500 items'],
    ['lists', { items: [[{ name: 'a' }]] }, 'items must be a list of JSON objects: item 0 is not'],
    ['nothing', { items: [{ name: 'a' }, null] }, 'items must be a list of JSON objects: item 1 is not'],
  ])('refuses a list of too many or other %s', async (_what, input, problem) => {
    expect(await problemsOf({ count: 1, ...(input as object) })).toEqual([problem]);
  });

  it('gives the event loop its turn while it reads a long list', async () => {
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns++;
      turning = setImmediate(turn);
    });
    const pipe = new RequestPipe({ ...DEFAULT_LIMITS, batchMemories: 50_000 });
    const items = Array.from({ length: 50_000 }, () => ({ name: 'a' }));
    await pipe.transform({ count: 1, items }, { type: 'body', metatype: OrderDto });
    clearImmediate(turning);
    expect(turns).toBeGreaterThan(3);
  });

  it('stops where there is more wrong than an answer lists', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`field${i}`, i]));
    expect(await problemsOf({ count: 1, ...wrong })).toHaveLength(1_000);
    const items = Array.from({ length: 499 }, () => wrong);
    expect(await problemsOf({ count: 1, items: [...items, untouchable({})] })).toHaveLength(1_000);
  });
});
