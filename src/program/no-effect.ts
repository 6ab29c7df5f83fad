/** What to tell a user about settings that were changed in vain; '' for none. */
export function noEffect(names: readonly string[]): string {
  if (names.length === 0) return ''
  return names.length === 1
    ? `the setting '${names[0]}' is kept but has no effect here`
    : `these settings are kept but have no effect here: ${names.join(', ')}`
}
