import type { Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { accessOf } from './required-scope.decorator';

/** Swagger's page, what it loads and the document: no routes of a controller. */
const DOCUMENTATION = /^\/docs(-json|-yaml)?(\/|$)/;

/**
 * Tells of a path whether it takes no key. As the routes declare it; those with a part that varies are never open.
 *
 * @returns a function to be asked once all modules are there. Upper and lower case and a slash at the end are as one, as
 *   in the router.
 */
export function openPathsOf(discovery: DiscoveryService, reflector: Reflector): (path: string) => boolean {
  let open: ReadonlySet<string> | undefined;
  return (path) => {
    open ??= new Set(
      discovery.getControllers().flatMap(({ metatype }) => openOf(metatype as Type, reflector)),
    );
    const plain = path.toLowerCase();
    return open.has(plain.replace(/\/$/, '')) || DOCUMENTATION.test(plain);
  };
}

function openOf(controller: Type, reflector: Reflector): string[] {
  const prototype = controller.prototype as Record<string, () => unknown>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    if (accessOf(reflector, { getHandler: () => handler, getClass: () => controller }) !== 'open') return [];
    const parts = [controller, handler].map((place) =>
      String(Reflect.getMetadata(PATH_METADATA, place) ?? ''),
    );
    return `/${parts
      .map((part) => part.replace(/^\/|\/$/g, ''))
      .filter(Boolean)
      .join('/')}`.toLowerCase();
  });
}
