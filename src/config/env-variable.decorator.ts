import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateBy } from 'class-validator';

/** The parts of the documentation, in its order. */
export const ENV_SECTIONS = ['Server', 'Backend', 'ChromaDB', 'PostgreSQL', 'Embedding', 'Limits'] as const;

/** The part of the documentation that a variable stands in. */
export type EnvSection = (typeof ENV_SECTIONS)[number];

interface Description {
  readonly section: EnvSection;
  /** What it decides, as a sentence or two in Markdown. */
  readonly about: string;
  /** Its value is never printed: a key, or a URL that may carry a password. */
  readonly secret?: boolean;
  /** The default in words, where it is not one value for every machine. */
  readonly defaultText?: string;
}

/** What is known about a variable without reading the environment; `.env.example` and the README are made from it. */
export interface EnvVariable extends Description {
  readonly name: string;
  /** What it accepts, fitting after "takes". */
  readonly takes: string;
}

const VARIABLES = 'config:env-variables';

/** Every variable declared on a class, in the order of declaration. */
export function variablesOf(dto: { readonly prototype: object }): EnvVariable[] {
  return (Reflect.getMetadata(VARIABLES, dto.prototype) ?? []) as EnvVariable[];
}

/** Text that `accepts` says yes to; `takes` says to people what that is. */
export function TextVariable(
  options: Description & { takes: string; accepts?: (value: string) => boolean },
): PropertyDecorator {
  const { accepts = () => true, ...description } = options;
  return variable(
    description,
    ValidateBy(
      {
        name: 'textVariable',
        validator: { validate: (value) => typeof value === 'string' && accepts(value) },
      },
      { message: options.takes },
    ),
  );
}

export function ChoiceVariable(options: Description & { of: readonly string[] }): PropertyDecorator {
  const { of, ...description } = options;
  const takes = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(
    of.map((choice) => `\`${choice}\``),
  );
  return variable({ ...description, takes }, IsIn(of, { message: takes }));
}

export function FlagVariable(description: Description): PropertyDecorator {
  const takes = '`true` or `false`';
  return variable(
    { ...description, takes },
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean({ message: takes }),
  );
}

export function WholeNumberVariable(options: Description & { min: number; max: number }): PropertyDecorator {
  const { min, max, ...description } = options;
  const takes = `a whole number from ${min} to ${max}`;
  return variable(
    { ...description, takes },
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message: takes }),
    Min(min, { message: takes }),
    Max(max, { message: takes }),
  );
}

/** A URL of one of these protocols, with a host. */
export function UrlVariable(options: Description & { protocols: readonly string[] }): PropertyDecorator {
  const { protocols, ...description } = options;
  const takes = `a URL that begins with ${protocols.map((protocol) => `\`${protocol}://\``).join(' or ')}`;
  return TextVariable({ ...description, takes, accepts: (value) => isUrlOf(protocols, value) });
}

export function isUrlOf(protocols: readonly string[], value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return (
    url !== undefined && protocols.some((protocol) => url.protocol === `${protocol}:`) && url.host !== ''
  );
}

function variable(
  description: Description & { takes: string },
  ...validators: PropertyDecorator[]
): PropertyDecorator {
  const documented: PropertyDecorator = (prototype, name) => {
    const known = (Reflect.getMetadata(VARIABLES, prototype) ?? []) as EnvVariable[];
    Reflect.defineMetadata(VARIABLES, [...known, { ...description, name: String(name) }], prototype);
  };
  return applyDecorators(documented, IsOptional(), ...validators);
}
