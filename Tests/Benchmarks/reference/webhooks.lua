-- wrk script: every request is a signed webhook of its own, read from the file the benchmark prepared.
-- Each line: signature, tab, form body.
local lines = {}
local position = 0

function init(arguments)
   for line in io.lines(os.getenv("WEBHOOKS")) do lines[#lines + 1] = line end
end

function request()
   position = position % #lines + 1
   local signature, body = lines[position]:match("^(%S+)\t(.*)$")
   return wrk.format("POST", "/api/whatsapp/webhook", {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["X-Twilio-Signature"] = signature,
      ["Host"] = "127.0.0.1",
   }, body)
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      "RESULT %d %d %.0f %.0f %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
