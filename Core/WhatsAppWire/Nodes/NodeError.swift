package enum NodeError: Error, Equatable {
    case truncated
    case leftover(bytes: Int)
    case emptyList
    case emptyTag
    case expectedList
    case expectedString
    case unknownTag(UInt8)
    case unknownDomain(UInt8)
    /// A form of address that belongs to one server names another.
    case wrongServer
    case badPacking
    case notUTF8
    case tooDeep
    case tooManyNodes
    case tooLarge
    case compression(Zlib.Failure)
}
