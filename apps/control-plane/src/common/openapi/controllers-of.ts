import type { DynamicModule, Type } from '@nestjs/common'
import { MODULE_METADATA } from '@nestjs/common/constants'

/** Every controller that a module brings along, without starting anything. */
export function controllersOf(root: DynamicModule): readonly Type[] {
  const seen = new Set<unknown>()
  const controllers = new Set<Type>()
  const visit = (module: unknown): void => {
    const { type, dynamic } = unfold(module)
    if (type === undefined || seen.has(module)) return
    seen.add(module)
    const listed = (key: string): unknown[] =>
      [Reflect.getMetadata(key, type), dynamic?.[key as keyof DynamicModule]].flat()
    for (const controller of listed(MODULE_METADATA.CONTROLLERS))
      if (typeof controller === 'function') controllers.add(controller as Type)
    for (const imported of listed(MODULE_METADATA.IMPORTS)) visit(imported)
  }
  visit(root)
  return [...controllers]
}

function unfold(module: unknown): { readonly type?: Type; readonly dynamic?: DynamicModule } {
  if (typeof module === 'function') return { type: module as Type }
  if (typeof module !== 'object' || module === null || !('module' in module)) return {}
  const dynamic = module as DynamicModule
  return { type: dynamic.module, dynamic }
}
