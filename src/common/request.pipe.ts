import { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ClassConstructor } from 'class-transformer';
import type { Limits } from '../config/app-config';
import { InvalidInputError } from './domain.error';
import { DtoReader, DtoRules } from './dto-reader';
import { isRecord } from './is-record';

/**
 * Makes the DTO of a handler's parameter out of what came in, or throws `InvalidInputError` naming every field that
 * is wrong by its JSON path (`memories[3].content`). A field that the DTO does not declare is wrong too. Values keep
 * the type they have in JSON; only path and query parameters, which are text, are read as what the field declares.
 *
 * Nest's own pipe will not do: it deletes keys such as `__proto__` and `constructor` from metadata that must arrive
 * as it was sent, or be refused (docs/adr/0008-a-request-pipe-of-our-own.md).
 */
export class RequestPipe implements PipeTransform {
  /**
   * @param limits of numbers and lists; a list with more items than a batch may have is refused unread.
   * @param rules that handlers hold their DTOs against: what has a problem anyway hears of these too.
   */
  constructor(
    private readonly limits: Limits,
    private readonly rules: DtoRules = new Map(),
  ) {}

  async transform(value: unknown, { metatype, type }: ArgumentMetadata): Promise<unknown> {
    if (!isDto(metatype)) return value;
    const input = value === undefined ? {} : value;
    if (!isRecord(input)) throw new InvalidInputError([{ field: type, reason: 'must be a JSON object' }]);
    const reader = new DtoReader({ fromText: type !== 'body', limits: this.limits }, this.rules);
    const dto = await reader.read(metatype, input);
    if (reader.problems.length > 0) throw new InvalidInputError(reader.allProblems());
    return dto;
  }
}

function isDto(metatype: ArgumentMetadata['metatype']): metatype is ClassConstructor<object> {
  const natives: unknown[] = [String, Boolean, Number, Array, Object];
  return metatype !== undefined && !natives.includes(metatype);
}
