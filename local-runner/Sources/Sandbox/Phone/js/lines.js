// WhatsApp Web lines: linking one as its owner's phone would, and writing to it as a customer.

import { api } from "./api.js"
import { byID, element } from "./element.js"

const prefix = "web:"
const digits = (number) => number.replace(/\D/g, "")
const isCode = (text) => /^[1-9A-HJ-NP-TV-Z]{4}[- ]?[1-9A-HJ-NP-TV-Z]{4}$/i.test(text)

export const isLine = (business) => Boolean(business?.startsWith(prefix))
const account = (business) => business.slice(prefix.length)

export class Lines {
  #onChoice
  #shown = ""

  // `onChoice(business)` is called when a line is there to be written to.
  constructor(onChoice) {
    this.#onChoice = onChoice
    byID("line-form").addEventListener("submit", (event) => { event.preventDefault(); this.#link() })
    byID("line-list").addEventListener("click", (event) => this.#unlink(event.target.dataset))
  }

  // As entries of the list of businesses.
  static businesses(state) {
    return state.accounts.map(({ number, name }) => ({
      phone_number: prefix + number, name: `${name}, WhatsApp Web`, label: `${name}, +${number}, WhatsApp Web`, friendly_name: name,
    }))
  }

  update({ waiting, accounts }) {
    byID("line-waiting").textContent = waitingWords(waiting)
    const shown = JSON.stringify(accounts.map(({ number, name, devices }) => [number, name, devices.map((each) => [each.device, each.connected])]))
    if (shown === this.#shown) return
    this.#shown = shown
    byID("line-list").replaceChildren(...accounts.flatMap((owner) => owner.devices.map((device) => row(owner, device))))
  }

  async #link() {
    const [text, number, name] = ["line-code", "line-number", "line-name"].map((id) => byID(id).value.trim())
    const say = (words) => { byID("line-answer").textContent = words }
    if (!text) return byID("line-code").focus()
    say("Asking the client …")
    try {
      const owner = { number: digits(number), name: name || undefined }
      const line = isCode(text) ? await api.lines.type({ code: text, ...owner }) : await api.lines.scan({ qr: text, ...owner })
      say(`Linked as device ${line.device} of +${line.number}.`)
      byID("line-code").value = ""
      this.#onChoice(prefix + line.number)
    } catch (error) {
      say(`Not linked: ${error.message}`)
      byID("line-code").focus()
    }
  }

  async #unlink({ account, device }) {
    if (!account) return
    try {
      await api.lines.unlink({ account, device: Number(device) })
      byID("line-answer").textContent = `Device ${device} of +${account} was unlinked.`
    } catch (error) {
      byID("line-answer").textContent = error.message
    }
    byID("line-code").focus()
  }
}

function waitingWords({ codes, numbers }) {
  const typed = numbers.map((number) => `+${number}`).join(", ")
  const shown = codes === 1 ? "One client shows a code." : codes ? `${codes} clients show a code.` : "No client shows a code."
  return typed ? `${shown} A pairing code waits for ${typed}.` : shown
}

function row(owner, device) {
  const words = `${owner.name}, +${owner.number}, device ${device.device}: ${device.connected ? "connected" : "away"}`
  const button = element("button", { type: "button", text: "Unlink", "aria-label": `Unlink device ${device.device} of ${owner.name}` })
  Object.assign(button.dataset, { account: owner.number, device: device.device })
  return element("li", {}, element("span", { text: words, dir: "auto" }), button)
}

// MARK: The customer's side

export async function write({ customer, name, business, body, media }) {
  const to = account(business)
  await api.lines.setContact({ number: digits(customer), name })
  for (const attachment of media) await api.lines.write({ from: digits(customer), to, file: await file(attachment) })
  if (body) await api.lines.write({ from: digits(customer), to, text: body })
}

export async function setReads(customer, reads) {
  await api.lines.setContact({ number: digits(customer), read_receipts: reads })
}

// In the form in which conversations with other numbers come.
export async function conversation(customer, business) {
  const { messages, typing } = await api.lines.conversation(digits(customer), account(business))
  return { typing, messages: messages.map(bubble), opted_out: false }
}

function bubble(message) {
  return {
    sid: message.id, mine: message.mine, at: new Date(message.at * 1000).toISOString(), status: message.status, visible: true,
    body: words(message),
    media: message.file ? [{ url: `/sandbox/whatsapp/files/${message.sequence}`, content_type: message.file.mime_type }] : [],
  }
}

function words({ type, text, file }) {
  if (type === "text") return text ?? ""
  if (file) return text ?? ""
  return text ? `${type}: ${text}` : type
}

const types = { "menu.png": ["image", "image/png"], "receipt.pdf": ["document", "application/pdf"], "voice-note.ogg": ["audio", "audio/ogg; codecs=opus"] }

async function file({ sample }) {
  if (!sample) throw new Error("A phone attaches files of its own: choose a sample.")
  const [kind, type] = types[sample]
  const bytes = new Uint8Array(await (await fetch(`/sandbox/samples/${sample}`)).arrayBuffer())
  let text = ""
  for (const byte of bytes) text += String.fromCharCode(byte)
  return { kind, mime_type: type, file_name: sample, data: btoa(text) }
}
