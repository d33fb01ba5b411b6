import Foundation
import Support
import Testing

/// No container engine runs with the tests: what the image's description names must at least be there.
@Suite struct ContainerTests {
    private static let folder = ProjectRoot.path + "/infra/container"

    @Test func whatTheImageTakesFromTheCheckoutIsThere() throws {
        let lines = try String(contentsOfFile: Self.folder + "/Containerfile", encoding: .utf8)
        let sources = lines.matches(of: #/cp (?:-r )?((?:Core|Functions|local-runner)\/[A-Za-z\/.]+) /#).map {
            String($0.1)
        }
        #expect(sources.count >= 3)
        for source in sources {
            #expect(FileManager.default.fileExists(atPath: "\(ProjectRoot.path)/\(source)"), "\(source)")
        }
    }

    /// What a program reads at run time beside its declarations must be named in both installations.
    @Test func theServiceInstallsTheSameFiles() throws {
        let image = try String(contentsOfFile: Self.folder + "/Containerfile", encoding: .utf8)
        let service = try String(contentsOfFile: ProjectRoot.path + "/infra/systemd/install", encoding: .utf8)
        for path in ["Functions/Reference/openapi.json", "Core/Store/Migrations"] {
            #expect(image.contains(path) && service.contains(path), "\(path)")
        }
    }

    @Test func theHostsDescriptionsNameTheImage() throws {
        for (file, words) in [
            ("render.yaml", ["dockerfilePath: ./infra/container/Containerfile", "healthCheckPath: /health"]),
            ("railway.json", ["\"infra/container/Containerfile\"", "\"healthcheckPath\": \"/health\""]),
        ] {
            let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
            for word in words { #expect(text.contains(word), "\(file): \(word)") }
        }
    }
}
