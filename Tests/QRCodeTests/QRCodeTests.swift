import Foundation
import QRCode
import Support
import Testing

@Suite struct QRCodeTests {
    /// As long as the texts that link a device are.
    private static let link =
        "https://wa.me/settings/linked_devices#2@" + String(repeating: "Ab3+/xYz", count: 12) + ","
        + String(repeating: "k", count: 43) + "=," + String(repeating: "q", count: 43) + "=,"
        + String(repeating: "z", count: 43) + "=,1"

    /// Judged by ZXing from PyPI (Tests/requirements.txt), which shares no code with libqrencode.
    @Test(arguments: [(link, 6), (link, 2), ("WhatsApp \u{e9}\u{1f600}", 8), ("a", 1)])
    func anotherReaderReadsThePNG(_ text: String, _ scale: Int) async throws {
        let file = FileManager.default.temporaryDirectory.path + "/parley-qr-\(UUID().uuidString).png"
        try Data(try QRCode(text).png(scale: scale)).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let (status, output) = try await Program.run(
            ProjectRoot.path + "/Tests/python", [ProjectRoot.path + "/Tests/Conformance/read_qr.py", file])
        #expect(status == 0 && output == text, "\(output)")
    }

    @Test func theQuietZoneIsWhite() throws {
        let code = try QRCode(Self.link)
        #expect(code.width == code.size + 8)
        for edge in 0..<code.width {
            for depth in [0, 1, 2, 3, code.width - 1, code.width - 4] {
                #expect(!code.isDark(edge, depth) && !code.isDark(depth, edge))
            }
        }
        #expect(code.isDark(4, 4) && code.isDark(10, 4) && !code.isDark(11, 4), "the finder pattern begins there")
    }

    /// The path's runs cover the dark modules and nothing else.
    @Test func theSVGDrawsTheSameModules() throws {
        let code = try QRCode(Self.link)
        let svg = code.svg
        #expect(svg.contains("viewBox=\"0 0 \(code.width) \(code.width)\""))
        #expect(svg.contains("<path fill=\"#fff\" d=\"M0 0h\(code.width)v\(code.width)H0z\"/>"))
        var drawn: Set<Int> = []
        for run in svg.matches(of: #/M(\d+) (\d+)h(\d+)v1h-\d+z/#) {
            let (x, y) = (try #require(Int(run.1)), try #require(Int(run.2)))
            for column in x..<x + (try #require(Int(run.3))) { drawn.insert(y * code.width + column) }
        }
        for row in 0..<code.width {
            for column in 0..<code.width {
                #expect(drawn.contains(row * code.width + column) == code.isDark(column, row))
            }
        }
    }

    @Test func whatNoCodeCanHoldIsRefused() {
        for text in ["", "a\0b", String(repeating: "x", count: 3_000)] {
            #expect(throws: QRCodeError.unencodable) { try QRCode(text) }
        }
    }
}
