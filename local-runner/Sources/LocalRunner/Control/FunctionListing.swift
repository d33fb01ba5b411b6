import Web

/// What the host says of its functions, as `GetFunction` and `ListFunctions` do (Lambda API reference).
struct FunctionListing {
    /// By name.
    let entries: [FunctionManifest]
    let settings: HostSettings

    /// Entries of a page where nothing is said, and at most.
    private static let page = 50

    /// - Parameter configurationOnly: as `GetFunctionConfiguration` answers.
    func function(_ name: String, configurationOnly: Bool = false) throws(InvokeRefusal) -> JSONValue {
        guard let entry = entries.first(where: { $0.name == name }) else { throw .notFound(settings.arn(name)) }
        if configurationOnly { return configuration(entry) }
        return [
            "Configuration": configuration(entry), "Code": ["RepositoryType": "S3", "Location": ""],
            "Concurrency": ["ReservedConcurrentExecutions": .integer(entry.concurrency)],
        ]
    }

    /// - Parameter query: `MaxItems` and `Marker`, which is the last name of the page before; `FunctionVersion=ALL` asks for every
    ///   version, of which each function has one; `MasterRegion` for what other regions replicate, which is nothing.
    func functions(_ query: Substring) throws(InvokeRefusal) -> JSONValue {
        let fields = FormFields(decoding: query.utf8)
        guard let most = fields?["MaxItems"].map({ Int($0) }) ?? Self.page, (1...10_000).contains(most) else {
            throw .invalidParameter("MaxItems must be a number from 1 to 10000")
        }
        guard ["ALL", nil].contains(fields?["FunctionVersion"]) else {
            throw .invalidParameter("FunctionVersion must be ALL")
        }
        if let region = fields?["MasterRegion"], !["ALL", settings.region].contains(region) {
            return ["Functions": []]
        }
        let marker = fields?["Marker"] ?? ""
        let rest = entries.filter { $0.name > marker }
        let shown = rest.prefix(min(most, Self.page))
        var answer: [String: JSONValue] = ["Functions": .array(shown.map(configuration))]
        if shown.count < rest.count, let last = shown.last { answer["NextMarker"] = .string(last.name) }
        return .object(answer)
    }

    private func configuration(_ entry: FunctionManifest) -> JSONValue {
        [
            "FunctionName": .string(entry.name), "FunctionArn": .string(settings.arn(entry.name)),
            "Runtime": "provided.al2023", "Handler": .string(entry.handler ?? entry.name),
            "Description": .string(entry.description), "Timeout": .integer(entry.timeoutSeconds),
            "MemorySize": .integer(entry.memoryMB), "PackageType": "Zip", "Version": "$LATEST", "State": "Active",
            "LastUpdateStatus": "Successful",
        ]
    }
}
