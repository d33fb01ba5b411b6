// Every request of the page.

async function call(method, path, body, base = "control") {
  const answer = await fetch(`/sandbox/${base}/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  const value = text ? JSON.parse(text) : null
  if (!answer.ok) {
    throw Object.assign(new Error(value?.detail ?? `The sandbox answered ${answer.status}.`), { status: answer.status })
  }
  return value
}

const line = (method, path, body) => call(method, path, body, "whatsapp")

export const api = {
  state: () => call("GET", "state"),
  conversation: (customer, business) => call("GET", `conversation?${new URLSearchParams({ customer, business })}`),
  write: (message) => call("POST", "messages", message),
  setCustomer: (customer) => call("POST", "customers", customer),
  moveClock: (move) => call("POST", "clock", move),
  planFault: (fault) => call("POST", "faults", fault),
  clearFaults: () => call("DELETE", "faults"),
  lines: {
    state: async () => {
      const [waiting, { accounts }] = await Promise.all([line("GET", "waiting"), line("GET", "accounts")])
      return { waiting, accounts }
    },
    conversation: (person, account) => line("GET", `conversation?${new URLSearchParams({ person, account })}`),
    scan: (request) => line("POST", "phone/scan", request),
    type: (request) => line("POST", "phone/code", request),
    unlink: (request) => line("POST", "phone/unlink", request),
    setContact: (contact) => line("POST", "contacts", contact),
    write: (message) => line("POST", "contacts/send", message),
  },
}
