import FoundationEssentials
import Testing
import Web

@Suite struct PageTests {
    private func page(_ query: String, parts: Int = 1) throws -> PageRequest {
        try PageRequest(try #require(FormFields(decoding: query.utf8)), parts: parts)
    }

    @Test func limitsAreBounded() throws {
        #expect(try page("").limit == 25)
        #expect(try page("limit=1").limit == 1)
        #expect(try page("limit=100").limit == 100)
        for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit="] {
            let fault = #expect(throws: Fault.self) { try page(query) }
            #expect(fault?.field == "limit")
        }
    }

    @Test func aCursorComesBackAsItWent() throws {
        let cursor = Cursor("2026-11-21 01:02:03.5+00", "é?/+")
        #expect(cursor.text.utf8.allSatisfy { $0 != 0x2B && $0 != 0x2F && $0 != 0x3D })
        #expect(try page("cursor=\(cursor.text)", parts: 2).cursor == cursor)
    }

    @Test func cursorsThatAreNotOursAreRefused() {
        let short = Cursor("one").text
        for text in ["x", "*", "bnVsbA", "W10", "WzFd", short, String(repeating: "A", count: 600)] {
            let fault = #expect(throws: Fault.self) { try page("cursor=\(text)", parts: 2) }
            #expect(fault?.field == "cursor", "\(text)")
        }
    }

    @Test func theRowTooManyLeadsToTheNextPage() throws {
        let full = Page([1, 2, 3], limit: 2) { Cursor(String($0)) }
        #expect(full.items == [1, 2])
        #expect(full.next == Cursor("2"))
        let last = Page([1, 2], limit: 2) { Cursor(String($0)) }
        #expect(last.next == nil)
        #expect(String(decoding: try Response.json(last).body, as: UTF8.self) == #"{"items":[1,2],"next_cursor":null}"#)
    }
}
