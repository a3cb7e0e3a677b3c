/** Colours of the stylesheet, for what draws on a canvas: only an element knows what `light-dark()` comes to. */

let probe: HTMLElement | null = null

const probeElement = (): HTMLElement => {
  if (probe === null) {
    probe = document.createElement('span')
    probe.hidden = true
    document.body.append(probe)
  }
  return probe
}

/** @param name of a custom property, without its dashes */
export const colourOf = (name: string): string => {
  const element = probeElement()
  element.style.color = `var(--${name})`
  return getComputedStyle(element).color
}
