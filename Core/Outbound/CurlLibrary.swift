import CCurl
import Glibc

/// libcurl, loaded at the first request and kept: the function pointers this room uses.
struct CurlLibrary: @unchecked Sendable {  // Immutable code pointers; libcurl's functions are thread-safe across handles.
    typealias Handle = UnsafeMutableRawPointer
    typealias List = UnsafeMutablePointer<curl_slist>

    let makeHandle: @convention(c) () -> Handle?
    let destroyHandle: @convention(c) (Handle?) -> Void
    let reset: @convention(c) (Handle?) -> Void
    let perform: @convention(c) (Handle?) -> CURLcode
    let message: @convention(c) (CURLcode) -> UnsafePointer<CChar>?
    let append: @convention(c) (List?, UnsafePointer<CChar>?) -> List?
    let destroyList: @convention(c) (List?) -> Void
    let makeURL: @convention(c) () -> OpaquePointer?
    let destroyURL: @convention(c) (OpaquePointer?) -> Void
    let setURL: @convention(c) (OpaquePointer?, CURLUPart, UnsafePointer<CChar>?, UInt32) -> CURLUcode
    let getURL:
        @convention(c) (OpaquePointer?, CURLUPart, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, UInt32)
            -> CURLUcode
    let free: @convention(c) (UnsafeMutableRawPointer?) -> Void
    /// Variadic: called through the setters and getters of `shim.h`.
    let setOption: UnsafeMutableRawPointer
    let getInfo: UnsafeMutableRawPointer

    /// `nil` when libcurl is not installed: every request then fails as unreachable, with this said in the log.
    static let shared: CurlLibrary? = CurlLibrary()

    private init?() {
        guard let library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL) else { return nil }
        func find<Function>(_ name: String) -> Function? {
            dlsym(library, name).map { unsafeBitCast($0, to: Function.self) }
        }
        guard let initialize: @convention(c) (Int) -> CURLcode = find("curl_global_init"),
            let makeHandle: @convention(c) () -> Handle? = find("curl_easy_init"),
            let destroyHandle: @convention(c) (Handle?) -> Void = find("curl_easy_cleanup"),
            let reset: @convention(c) (Handle?) -> Void = find("curl_easy_reset"),
            let perform: @convention(c) (Handle?) -> CURLcode = find("curl_easy_perform"),
            let message: @convention(c) (CURLcode) -> UnsafePointer<CChar>? = find("curl_easy_strerror"),
            let append: @convention(c) (List?, UnsafePointer<CChar>?) -> List? = find("curl_slist_append"),
            let destroyList: @convention(c) (List?) -> Void = find("curl_slist_free_all"),
            let makeURL: @convention(c) () -> OpaquePointer? = find("curl_url"),
            let destroyURL: @convention(c) (OpaquePointer?) -> Void = find("curl_url_cleanup"),
            let setURL: @convention(c) (OpaquePointer?, CURLUPart, UnsafePointer<CChar>?, UInt32) -> CURLUcode =
                find("curl_url_set"),
            let getURL:
                @convention(c) (
                    OpaquePointer?, CURLUPart, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, UInt32
                ) -> CURLUcode = find("curl_url_get"),
            let free: @convention(c) (UnsafeMutableRawPointer?) -> Void = find("curl_free"),
            let setOption = dlsym(library, "curl_easy_setopt"),
            let getInfo = dlsym(library, "curl_easy_getinfo"),
            initialize(Int(CURL_GLOBAL_SSL)) == CURLE_OK
        else { return nil }
        self.makeHandle = makeHandle
        self.destroyHandle = destroyHandle
        self.reset = reset
        self.perform = perform
        self.message = message
        self.append = append
        self.destroyList = destroyList
        self.makeURL = makeURL
        self.destroyURL = destroyURL
        self.setURL = setURL
        self.getURL = getURL
        self.free = free
        self.setOption = setOption
        self.getInfo = getInfo
    }
}
