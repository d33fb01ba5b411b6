// Who writes, and to which business. The choice survives a reload.

import { byID, element } from "./element.js"

// Numbers that regulators keep free for fiction.
const demo = [
  { number: "+12025550117", name: "Ana Souza" },
  { number: "+447700900461", name: "ليلى حداد" },
  { number: "+491713920042", name: "Jonas Weber" },
  { number: "+61491570156", name: "Mei Tanaka" },
]

export class People {
  #known = new Map(demo.map((person) => [person.number, { ...person, online: true, reads: true }]))
  #numbers = []
  #onChoice

  constructor(onChoice) {
    this.#onChoice = onChoice
    this.customer = recall("customer") ?? demo[0].number
    this.business = new URLSearchParams(location.search).get("business") ?? recall("business")
    if (!this.#known.has(this.customer)) this.#add(this.customer)
    byID("new-person").addEventListener("submit", (event) => this.#useNumber(event))
    byID("business").addEventListener("change", (event) => this.#choose({ business: event.target.value }))
  }

  get person() { return this.#known.get(this.customer) }
  get businessName() {
    const number = this.#numbers.find((number) => number.phone_number === this.business)
    return number ? nameOf(number) : this.business ?? ""
  }

  update(state) {
    for (const { number, name, online, reads } of state.customers) {
      this.#known.set(number, { number, name: name || this.#known.get(number)?.name || number, online, reads })
    }
    this.#numbers = state.numbers
    if (!this.#numbers.some((number) => number.phone_number === this.business)) {
      this.business = this.#numbers[0]?.phone_number ?? this.business
    }
    this.#show()
  }

  // Turns to a business from outside the list.
  turnTo(business) { this.#choose({ business }) }

  #add(number) { this.#known.set(number, { number, name: number, online: true, reads: true }) }

  #useNumber(event) {
    event.preventDefault()
    const field = byID("new-number")
    const typed = field.value.replace(/[^\d+]/g, "")
    const number = typed || `+1202555${String(100 + Math.floor(Math.random() * 100)).padStart(4, "0")}`
    field.setCustomValidity(/^\+[1-9]\d{7,14}$/.test(number) ? "" : "A number has a plus sign, the country code and 8 to 15 digits.")
    if (!field.reportValidity()) return field.addEventListener("input", () => field.setCustomValidity(""), { once: true })
    if (!this.#known.has(number)) this.#add(number)
    field.value = ""
    this.#choose({ customer: number })
    byID("text").focus()
  }

  #choose(choice) {
    Object.assign(this, choice)
    for (const [key, value] of Object.entries(choice)) remember(key, value)
    this.#show()
    document.querySelector(".person[aria-pressed=true]")?.scrollIntoView({ block: "nearest" })
    this.#onChoice()
  }

  #show() {
    const buttons = [...this.#known.values()].map((person) => this.#button(person))
    const focused = document.activeElement?.dataset?.number
    byID("persons").replaceChildren(...buttons.map((button) => element("li", {}, button)))
    if (focused) buttons.find((button) => button.dataset.number === focused)?.focus()
    const options = this.#numbers.map((number) =>
      element("option", { value: number.phone_number, text: named(number) }))
    byID("business").replaceChildren(...options)
    byID("business").value = this.business
  }

  #button(person) {
    const button = element("button", { type: "button", className: "person", "aria-pressed": String(person.number === this.customer) },
      element("span", { className: "avatar", "aria-hidden": "true", text: initial(person.name) }),
      element("span", { className: "name", text: person.name, dir: "auto" }),
      element("span", { className: "number", text: person.number }))
    button.dataset.number = person.number
    button.addEventListener("click", () => this.#choose({ customer: person.number }))
    return button
  }
}

// A business that has not named itself shows as its number, unless the account's own name for it was written by a person.
const nameOf = ({ name, friendly_name: label, phone_number: number }) =>
  name || (/[0-9a-f]{8}-[0-9a-f]{4}/.test(label) || label.includes(number.slice(-4)) ? number : label)

function named(number) {
  if (number.label) return number.label
  const name = nameOf(number)
  return name === number.phone_number ? name : `${name}, ${number.phone_number}`
}

export const initial = (name) => [...name.replace(/^[^\p{L}]+/u, "")][0]?.toUpperCase() ?? "#"

// A browser that refuses storage only forgets the choice.
function recall(key) { try { return localStorage.getItem(`sandbox.${key}`) } catch { return null } }
function remember(key, value) { try { localStorage.setItem(`sandbox.${key}`, value) } catch { /* forgotten at reload */ } }
