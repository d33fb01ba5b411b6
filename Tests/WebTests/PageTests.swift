import Testing
import Web

@Suite struct PageTests {
    @Test func aCursorComesBackAsItWent() {
        let cursor = Cursor("2026-11-21 01:02:03.5+00", "é?/+")
        #expect(cursor.text.utf8.allSatisfy { $0 != 0x2B && $0 != 0x2F && $0 != 0x3D })
        #expect(Cursor(reading: cursor.text) == cursor)
    }

    @Test func cursorsThatAreNotOursAreRefused() {
        for text in ["x", "*", "bnVsbA", "W10", "WzFd", "WyIxIl1=", String(repeating: "A", count: 600)] {
            #expect(Cursor(reading: text) == nil, "\(text)")
        }
    }

    @Test func theRowTooManyLeadsToTheNextPage() {
        let full = Page([1, 2, 3], limit: 2) { Cursor(String($0)) }
        #expect(full.items == [1, 2])
        #expect(full.next == Cursor("2"))
        let last = Page([1, 2], limit: 2) { Cursor(String($0)) }
        #expect(last.next == nil)
    }
}
