// The message box: Enter sends, Shift+Enter breaks the line, Escape lets go of the attachment.

import { byID, element } from "./element.js"

const suggestions = ["What are your opening hours?", "Do you deliver?", "How much is a birthday cake?", "Can I book a table for Friday?", "هل تفتحون يوم الأحد؟", "I want to talk to a person", "STOP", "START"]

export class Composer {
  #send
  #attachment = null

  // `send(body, media)` resolves when Parley has answered.
  constructor(send) {
    this.#send = send
    const form = byID("composer")
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit() })
    byID("text").addEventListener("keydown", (event) => this.#key(event))
    for (const button of form.querySelectorAll("[data-sample]")) {
      button.addEventListener("click", () => this.#attach({ sample: button.dataset.sample }, button.textContent))
    }
    byID("media-url-add").addEventListener("click", () => this.#attachURL())
    byID("attach").addEventListener("keydown", (event) => { if (event.key === "Escape") this.#closeMenu() })
    byID("suggestions").replaceChildren(...suggestions.map((text) => {
      const button = element("button", { type: "button", text, dir: "auto" })
      button.addEventListener("click", () => this.#deliver(text, []))
      return button
    }))
  }

  #key(event) {
    if (event.key === "Escape" && this.#attachment) return this.#attach(null)
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.#submit()
  }

  #submit() {
    const field = byID("text")
    const media = this.#attachment ? [this.#attachment] : []
    if (!field.value.trim() && !media.length) return field.focus()
    this.#deliver(field.value.trim(), media)
    field.value = ""
    this.#attach(null)
    field.focus()
  }

  async #deliver(body, media) {
    try {
      await this.#send(body, media)
    } catch (error) {
      byID("last").textContent = error.message
    }
  }

  #attachURL() {
    const field = byID("media-url")
    if (!field.value || !field.reportValidity()) return field.focus()
    this.#attach({ url: field.value }, field.value)
    field.value = ""
  }

  #attach(attachment, name) {
    this.#attachment = attachment
    const line = byID("attached")
    line.hidden = !attachment
    line.replaceChildren()
    if (!attachment) return
    const remove = element("button", { type: "button", text: "Remove" })
    remove.addEventListener("click", () => { this.#attach(null); byID("text").focus() })
    line.append(element("span", { text: `Attached: ${name}` }), remove)
    this.#closeMenu()
    byID("text").focus()
  }

  #closeMenu() {
    byID("attach").open = false
    byID("attach").querySelector("summary").focus()
  }
}
