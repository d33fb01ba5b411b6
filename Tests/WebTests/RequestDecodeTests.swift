import FoundationEssentials
import Testing
import Web

@Suite struct RequestDecodeTests {
    private struct Shop: Codable, Equatable {
        struct Hours: Codable, Equatable {
            var day: Day
            var from: Int
        }
        enum Day: String, Codable { case monday, tuesday }
        var name: String
        var note: String?
        var hours: [Hours]
        var ratio: Double
        var opened: Date?
        var id: UUID?
        var tags: [String: Bool]?
    }

    private func request(_ body: String, type: String? = "application/json; charset=utf-8") -> Request {
        Request(
            method: .post, path: "/", headers: Headers(type.map { [("content-type", $0)] } ?? []),
            body: Array(body.utf8))
    }

    @Test func readsAValue() throws {
        let body = """
            {"name":"A","note":null,"hours":[{"day":"monday","from":9.0}],"ratio":2,"opened":"2026-12-24T08:30:00.250Z",
             "id":"0f6b0a8e-9d0e-4a3b-b1c5-2f6d6f7f8a90","tags":{"x":true}}
            """
        let shop = try request(body).decode(Shop.self)
        #expect(shop.name == "A" && shop.note == nil && shop.ratio == 2 && shop.tags == ["x": true])
        #expect(shop.hours == [.init(day: .monday, from: 9)])
        #expect(shop.opened == Date(timeIntervalSince1970: 1_798_101_000.25))
        #expect(shop.id?.uuidString == "0F6B0A8E-9D0E-4A3B-B1C5-2F6D6F7F8A90")
    }

    @Test(arguments: [
        (#"{"hours":[],"ratio":1}"#, "name"),
        (#"{"name":null,"hours":[],"ratio":1}"#, "name"),
        (#"{"name":7,"hours":[],"ratio":1}"#, "name"),
        (#"{"name":"A","hours":{},"ratio":1}"#, "hours"),
        (#"{"name":"A","hours":[],"ratio":"1"}"#, "ratio"),
        (#"{"name":"A","hours":[],"ratio":1,"nmae":2}"#, "nmae"),
        (#"{"name":"A","hours":[{"day":"monday","from":9},{"day":"monday"}],"ratio":1}"#, "hours[1].from"),
        (#"{"name":"A","hours":[{"day":"noday","from":9}],"ratio":1}"#, "hours[0].day"),
        (#"{"name":"A","hours":[{"day":"monday","from":9.5}],"ratio":1}"#, "hours[0].from"),
        (#"{"name":"A","hours":[{"day":"monday","from":9,"to":5}],"ratio":1}"#, "hours[0].to"),
        (#"{"name":"A","hours":[],"ratio":1,"opened":"yesterday"}"#, "opened"),
        (#"{"name":"A","hours":[],"ratio":1,"id":"1"}"#, "id"),
        (#"{"name":"A","hours":[],"ratio":1,"tags":{"x":1}}"#, "tags.x"),
    ]) func namesTheFieldThatIsWrong(body: String, field: String) {
        let fault = #expect(throws: Fault.self) { try request(body).decode(Shop.self) }
        #expect(fault?.status == 422)
        #expect(fault?.field == field)
    }

    @Test func otherBodiesAreRefused() {
        #expect(throws: Fault.unsupportedType) { try request("{}", type: "text/plain").decode(Shop.self) }
        #expect(throws: Fault.unsupportedType) { try request("{}", type: nil).decode(Shop.self) }
        #expect(throws: Fault.tooLarge) { try request("{}", type: "application/json").decode(Shop.self, limit: 1) }
        for body in ["", "{", "[]", "7", "{\"a\":1,\"a\":2}"] {
            let fault = #expect(throws: Fault.self) { try request(body).decode(Shop.self) }
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
