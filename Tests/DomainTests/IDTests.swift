import Domain
import FoundationEssentials
import Testing

@Suite struct IDTests {
    @Test func identifiersSortByTheirTime() {
        let zeros = [UInt8](repeating: 0, count: 10)
        let early = UUID(version7At: Date(timeIntervalSince1970: 1000), random: zeros)
        let late = UUID(version7At: Date(timeIntervalSince1970: 1000.001), random: zeros)
        #expect(early.uuidString < late.uuidString)
        #expect(early.uuidString.dropFirst(14).first == "7")
    }

    @Test(arguments: ["", "x", "00000000-0000-0000-0000-00000000000", "' or 1=1"])
    func foreignTextIsNoIdentifier(_ text: String) {
        #expect(ContactID(text) == nil)
    }
}
