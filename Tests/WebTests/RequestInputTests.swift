import Testing
import Web

@Suite struct RequestInputTests {
    private func request(_ body: String, type: String? = "application/json; charset=utf-8") -> Request {
        Request(
            method: .post, path: "/", headers: Headers(type.map { [("content-type", $0)] } ?? []),
            body: Array(body.utf8))
    }

    @Test func otherBodiesAreRefused() {
        #expect(throws: Fault.unsupportedType) { try request("{}", type: "text/plain").json(limit: 100) }
        #expect(throws: Fault.unsupportedType) { try request("{}", type: nil).json(limit: 100) }
        #expect(throws: Fault.tooLarge) { try request("{}", type: "application/json").json(limit: 1) }
        for body in ["", "{", "{\"a\":1,\"a\":2}"] {
            let fault = #expect(throws: Fault.self) { try request(body).json(limit: 100) }
            #expect(fault?.status == 400, "\(body)")
        }
    }

    @Test func formsKeepRepeatedNamesAndRefuseBrokenText() throws {
        let type = "application/x-www-form-urlencoded"
        let form = try request("a=1&b=%C3%A9+x&a=2&c", type: type).form()
        #expect(form.all("a") == ["1", "2"])
        #expect(form["b"] == "é x")
        #expect(form["c"] == "")
        for body in ["a=%", "a=%zz", "a=%ff", String(repeating: "a=1&", count: 501)] {
            let fault = #expect(throws: Fault.self) { try request(body, type: type).form() }
            #expect(fault?.status == 400, "\(body.prefix(10))")
        }
        #expect(throws: Fault.tooLarge) { try request("aaaa", type: type).form(limit: 3) }
        #expect(throws: Fault.unsupportedType) { try request("a=1").form() }
    }

    @Test func queriesRefuseNamesTheyDoNotKnow() throws {
        let request = Request(method: .get, path: "/", rawQuery: "limit=5&status=open")
        #expect(try request.query(knowing: ["limit", "status"])["status"] == "open")
        let fault = #expect(throws: Fault.self) { try request.query(knowing: ["limit"]) }
        #expect(fault?.field == "status")
    }
}
