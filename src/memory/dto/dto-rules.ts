import type { ClassConstructor } from 'class-transformer';
import { FieldProblem } from '../../common/domain.error';
import type { DtoRules, RulesOfDto } from '../../common/dto-reader';
import type { Limits } from '../../config/app-config';
import { acceptPatch } from '../rules/memory-patch';
import { newMemoryProblems, repeatedExternalIds } from '../rules/new-memory-rules';
import { acceptFilter, queryProblems } from '../rules/search-rules';
import { FilterDto, filterInput } from './filter.dto';
import { ContextDto, ListDto, SearchDto } from './search.dto';
import {
  memoryInput,
  memoryPatchInput,
  NewMemoryDto,
  PatchMemoryDto,
  StoreBatchDto,
  StoreDto,
} from './store.dto';

/** The rules that services hold the requests of this API against, as far as they can be told from a request alone. */
export function dtoRules(limits: Limits, clock: { now(): Date }): DtoRules {
  const stored = (dto: NewMemoryDto, path: string) =>
    newMemoryProblems(memoryInput(dto), { limits, now: clock.now(), path });
  const batch = ({ memories = [] }: Partial<StoreBatchDto>) => repeatedExternalIds(memories.map(memoryInput));
  const patched = (dto: PatchMemoryDto) =>
    acceptPatch(memoryPatchInput(dto), { limits, now: clock.now() }).problems;
  const filter = (dto: FilterDto, path: string) => acceptFilter(filterInput(dto), limits, path).problems;
  const search = (dto: FilterDto & { readonly query?: string }, path: string): FieldProblem[] => [
    ...(dto.query === undefined ? [] : queryProblems(dto.query, limits)),
    ...filter(dto, path),
  ];
  return new Map([
    entry(StoreDto, stored),
    entry(NewMemoryDto, stored),
    entry(StoreBatchDto, batch),
    entry(PatchMemoryDto, patched),
    entry(SearchDto, search),
    entry(ContextDto, search),
    entry(ListDto, filter),
    entry(FilterDto, filter),
  ]);
}

/** Rules are given what was read as their class. */
function entry<T extends object>(
  type: ClassConstructor<T>,
  judge: (dto: T, path: string) => readonly FieldProblem[],
): [ClassConstructor<object>, RulesOfDto] {
  return [type, judge as RulesOfDto];
}
