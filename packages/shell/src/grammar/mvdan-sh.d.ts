/** mvdan/sh as JavaScript. Its own tree is read by raw-node.ts only, as unknown values. */
declare module 'mvdan-sh' {
  interface Parser {
    Parse(text: string, name: string): unknown
  }
  const shell: {
    readonly syntax: {
      readonly LangBash: number
      NewParser(...options: unknown[]): Parser
      Variant(language: number): unknown
    }
  }
  export = shell
}
