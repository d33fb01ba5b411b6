/// How a channel speaks and which model writes: one version of a persona, which never changes once it was used.
package struct Persona: Sendable, Equatable {
    package enum SystemKind: String, Sendable, Codable, CaseIterable { case sales, support, general }
    package enum Tone: String, Sendable, Codable, CaseIterable { case professional, friendly, casual }

    package var id: PersonaID
    package var version: Int
    package var name: String
    package var description: String
    /// `nil` for a custom persona. System personas can be edited, not deleted.
    package var systemKind: SystemKind?
    package var style: Style

    package var isSystem: Bool { systemKind != nil }

    /// What an edit changes; each edit is a new version.
    package struct Style: Sendable, Equatable {
        /// At most 20,000 characters.
        package var instructions: String
        package var tone: Tone
        /// Free words on top of the tone.
        package var responseStyle: String
        /// `nil`: any provider that has a key.
        package var provider: ModelProviderName?
        /// `nil`: the provider's default.
        package var model: String?
        /// 0...1.
        package var temperature: Double
        /// Messages of the conversation the model sees, 1...100.
        package var historyLimit: Int
        /// JSON object: what persona cloning learned from a chat export.
        package var toneConfig: String

        package init(
            instructions: String, tone: Tone = .friendly, responseStyle: String = "",
            provider: ModelProviderName? = nil,
            model: String? = nil, temperature: Double = 0.7, historyLimit: Int = 10, toneConfig: String = "{}"
        ) {
            self.instructions = instructions
            self.tone = tone
            self.responseStyle = responseStyle
            self.provider = provider
            self.model = model
            self.temperature = temperature
            self.historyLimit = historyLimit
            self.toneConfig = toneConfig
        }
    }

    package init(
        id: PersonaID, version: Int = 1, name: String, description: String = "", systemKind: SystemKind? = nil,
        style: Style
    ) {
        self.id = id
        self.version = version
        self.name = name
        self.description = description
        self.systemKind = systemKind
        self.style = style
    }
}
