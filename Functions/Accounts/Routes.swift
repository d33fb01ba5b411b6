import Access
import Web

extension AccountsHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        for route in ["GET /api/accounts", "GET /api/v1/devices"] { routes.member(route, list) }
        for route in ["POST /api/accounts", "POST /api/v1/devices"] { routes.member(route, as: .admin, create) }
        for route in ["GET /api/accounts/{id}", "GET /api/v1/devices/{id}"] { routes.member(route, read) }
        for route in [
            "PATCH /api/accounts/{id}", "PATCH /api/v1/devices/{id}", "PUT /api/v1/devices/{id}",
        ] { routes.member(route, as: .admin, update) }
        for route in ["DELETE /api/accounts/{id}", "DELETE /api/v1/devices/{id}"] {
            routes.member(route, as: .admin, delete)
        }
        for route in ["GET /api/accounts/{id}/stats", "GET /api/v1/devices/{id}/stats"] {
            routes.member(route, stats)
        }
        declareLinking(in: &routes)
        return routes.router
    }

    private func declareLinking(in routes: inout Routes) {
        for route in ["GET /api/accounts/{id}/qr", "GET /api/v1/devices/{id}/qr"] {
            routes.member(route, as: .admin, qr)
        }
        for route in ["GET /api/accounts/{id}/pairing-code", "GET /api/v1/devices/{id}/pairing-code"] {
            routes.member(route, as: .admin, pairingCode)
        }
        for route in ["POST /api/accounts/{id}/pairing-code", "POST /api/v1/devices/{id}/pairing-code"] {
            routes.member(route, as: .admin, requestPairingCode)
        }
        for route in ["POST /api/accounts/{id}/reconnect", "POST /api/v1/devices/{id}/reconnect"] {
            routes.member(route, as: .admin, reconnect)
        }
        for route in ["POST /api/accounts/{id}/disconnect", "POST /api/v1/devices/{id}/disconnect"] {
            routes.member(route, as: .admin, disconnect)
        }
    }
}
