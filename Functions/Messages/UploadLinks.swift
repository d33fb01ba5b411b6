import API
import Access
import Domain
import FoundationEssentials
import Store

/// Addresses under which a provider fetches an upload: signed, for a day.
struct UploadLinks: Sendable {
    static let purpose = "upload"
    let states: SignedState
    let publicURL: String

    func url(of upload: UploadID, in organization: OrganizationID) -> String {
        let token = states.sign(
            "\(organization.text) \(upload.text)", purpose: Self.purpose, lifetime: UploadStore.lifetime)
        return "\(publicURL)/api/v1/files/\(token)"
    }

    func place(_ token: String) -> UploadPlace? {
        let parts = states.verify(token, purpose: Self.purpose)?.payload.split(separator: " ") ?? []
        guard parts.count == 2, let organization = OrganizationID(parts[0]), let upload = UploadID(parts[1]) else {
            return nil
        }
        return UploadPlace(organization: organization, upload: upload)
    }
}

/// Where an upload is kept.
struct UploadPlace: Sendable {
    var organization: OrganizationID
    var upload: UploadID
}

extension APIEnvironment {
    var uploadLinks: UploadLinks {
        get throws { UploadLinks(states: try states, publicURL: publicURL) }
    }
}
