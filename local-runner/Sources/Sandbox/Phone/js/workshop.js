// Clock, faults, log: the panel beside the phone.

import { api } from "./api.js"
import { byID, element } from "./element.js"

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })
const second = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })

const faults = [
  ["My next message", [
    ["twilio/duplicate", "arrives twice", "The same webhook is posted twice, as Twilio does after a lost answer."],
    ["twilio/late", "arrives 20 seconds late", "The webhook is held back for 20 seconds."],
    ["twilio/out_of_order", "is overtaken by the one after", "It waits for your following message and arrives after it."],
  ]],
  ["Parley's next reply", [
    ["twilio/rate_limited", "meets a rate limit (429)", "Twilio refuses with Retry-After: 1."],
    ["twilio/server_error", "meets a server error (503)", "Nothing is accepted."],
    ["twilio/timeout_before_acceptance", "is lost before Twilio takes it", "No answer comes for 30 seconds, and nothing was accepted."],
    ["twilio/timeout_after_acceptance", "is taken, but no answer comes", "The message goes out; Parley waits 30 seconds for nothing."],
    ["twilio/broken_after_acceptance", "is taken, but the answer breaks off", "The message goes out; Parley can't read the answer."],
  ]],
  ["Status reports", [
    ["twilio/callback_lost", "lose their first", "The next message's “sent” report never comes."],
    ["twilio/callback_duplicated", "come twice each", ""],
    ["twilio/callbacks_reversed", "come in reverse order", ""],
  ]],
  ["The language model", [
    ["any/garbage", "answers garbage", "Only matters when a model key is set; the offline model needs no network."],
    ["any/hang", "hangs", "No answer for a minute."],
    ["any/rate_limited", "is rate-limited (429)", ""],
    ["any/server_error", "fails (500)", ""],
  ]],
]

export class Workshop {
  #clock = { now: new Date(), at: 0 }

  constructor() {
    byID("clock-buttons").addEventListener("click", (event) => this.#move(event.target.dataset.advance))
    byID("fault-kind").replaceChildren(...faults.map(([label, kinds]) => element("optgroup", { label },
      ...kinds.map(([value, text]) => element("option", { value, text: `${label} ${text}` })))))
    byID("fault-kind").addEventListener("change", () => this.#explain())
    byID("fault").addEventListener("submit", (event) => this.#plan(event))
    byID("faults-clear").addEventListener("click", async () => { await api.clearFaults(); byID("fault-kind").focus() })
    this.#explain()
    setInterval(() => this.#showClock(), 1000)
  }

  update(state) {
    this.#clock = { now: new Date(state.clock.now), at: performance.now(), offset: state.clock.offset_seconds }
    this.#showClock()
    byID("clock-offset").textContent = ahead(state.clock.offset_seconds)
    byID("planned").replaceChildren(...state.faults.map((fault) => element("li", { text: sentence(fault) })))
    byID("faults-clear").hidden = !state.faults.length
    byID("log").replaceChildren(...state.deliveries.map((delivery) => element("li", {},
      element("time", { dateTime: delivery.at, text: second.format(new Date(delivery.at)) }),
      element("span", { className: delivery.answer >= 200 && delivery.answer < 300 ? "" : "failed", text: line(delivery) }))))
    const last = state.deliveries[0]
    if (last) byID("last").textContent = line(last)
  }

  #showClock() {
    const now = new Date(this.#clock.now.getTime() + performance.now() - this.#clock.at)
    byID("clock-now").textContent = day.format(now)
    byID("clock-now").dateTime = now.toISOString()
  }

  async #move(advance) {
    if (!advance) return
    const now = new Date(this.#clock.now.getTime() + performance.now() - this.#clock.at)
    const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1, 0, 5)
    const seconds = advance === "month" ? (nextMonth - now.getTime()) / 1000 : Number(advance)
    try {
      await api.moveClock(advance === "reset" ? { reset: true } : { advance_seconds: Math.round(seconds) })
    } catch (error) {
      byID("last").textContent = error.message
    }
  }

  #explain() {
    const chosen = byID("fault-kind").value
    byID("fault-help").textContent = faults.flatMap(([, kinds]) => kinds).find(([value]) => value === chosen)?.[2] ?? ""
  }

  async #plan(event) {
    event.preventDefault()
    const [provider, kind] = byID("fault-kind").value.split("/")
    await api.planFault({ provider, kind, times: Number(byID("fault-times").value) || 1, ...(provider === "any" ? { operation: "chat" } : {}) })
  }
}

function sentence(fault) {
  const value = `${fault.provider}/${fault.kind}`
  for (const [label, kinds] of faults) {
    const known = kinds.find(([candidate]) => candidate === value)
    if (known) return `${label} ${known[1]} (${fault.remaining}×)`
  }
  return `${fault.provider}: ${fault.kind} (${fault.remaining}×)`
}

const line = (delivery) => delivery.status ? `${delivery.status}: ${delivery.summary}` : delivery.summary

function ahead(seconds) {
  if (!seconds) return ""
  const hours = Math.round(Math.abs(seconds) / 3600)
  const amount = hours >= 48 ? `${Math.round(hours / 24)} days` : hours >= 1 ? `${hours} h` : `${Math.round(Math.abs(seconds) / 60)} min`
  return `${amount} ${seconds > 0 ? "ahead" : "behind"}`
}
