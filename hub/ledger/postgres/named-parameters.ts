/** A statement whose parameters stand in it by name, `@name`, each as often as it is needed: PostgreSQL numbers them. */

/** @param types of PostgreSQL's, by the parameters' names @returns the text with numbers, and the names in the order of these */
export const named = <Name extends string>(
  text: string,
  types: Readonly<Record<Name, string>>,
): { text: string; order: readonly Name[] } => {
  const order = Object.keys(types) as Name[]
  const numbered = text.replace(/@(\w+)/g, (_, name: string) => {
    const at = order.indexOf(name as Name)
    if (at < 0) throw new Error(`The statement has no parameter ${name}.`)
    return `$${at + 1}::${types[name as Name]}`
  })
  return { text: numbered, order }
}
