package import FoundationEssentials
import WhatsAppWire

/// What a simulated person writes: exactly one of these, as in the JSON of the control API.
package struct Draft: Sendable, Codable, Equatable {
    package struct File: Sendable, Codable, Equatable {
        /// image, video, audio, document or sticker
        package var kind: String
        package var mimeType: String
        /// Base64 in JSON.
        package var data: Data
        package var caption: String?
        package var fileName: String?

        package init(kind: String, mimeType: String, data: [UInt8], caption: String? = nil, fileName: String? = nil) {
            self.kind = kind
            self.mimeType = mimeType
            self.data = Data(data)
            self.caption = caption
            self.fileName = fileName
        }

        enum CodingKeys: String, CodingKey {
            case kind, data, caption
            case mimeType = "mime_type"
            case fileName = "file_name"
        }
    }

    package struct Words: Sendable, Codable, Equatable {
        /// The message it is about.
        package var id: String
        package var text: String

        package init(id: String, text: String) {
            self.id = id
            self.text = text
        }
    }

    package struct Poll: Sendable, Codable, Equatable {
        package var name: String
        package var options: [String]
        package var selectable: Int?

        package init(name: String, options: [String], selectable: Int? = nil) {
            self.name = name
            self.options = options
            self.selectable = selectable
        }
    }

    package struct Vote: Sendable, Codable, Equatable {
        package var id: String
        /// Names of options; none takes the vote back.
        package var options: [String]

        package init(id: String, options: [String]) {
            self.id = id
            self.options = options
        }
    }

    package struct Place: Sendable, Codable, Equatable {
        package var latitude: Double
        package var longitude: Double
        package var name: String?

        package init(latitude: Double, longitude: Double, name: String? = nil) {
            self.latitude = latitude
            self.longitude = longitude
            self.name = name
        }
    }

    package var text: String?
    package var file: File?
    /// `text` is the emoji; empty takes it back.
    package var reaction: Words?
    package var poll: Poll?
    package var vote: Vote?
    package var edit: Words?
    /// The id of a message to take back.
    package var revoke: String?
    package var location: Place?

    package init(
        text: String? = nil, file: File? = nil, reaction: Words? = nil, poll: Poll? = nil, vote: Vote? = nil,
        edit: Words? = nil, revoke: String? = nil, location: Place? = nil
    ) {
        self.text = text
        self.file = file
        self.reaction = reaction
        self.poll = poll
        self.vote = vote
        self.edit = edit
        self.revoke = revoke
        self.location = location
    }
}
