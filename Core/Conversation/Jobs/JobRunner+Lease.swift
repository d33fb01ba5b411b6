package import Store

extension JobQueue {
    /// Does the work and renews the job's lease meanwhile. When the lease is lost the work is cancelled: another process
    /// has the job.
    ///
    /// - Parameter seconds: real seconds until it is cancelled in any case.
    package func keepingLease(
        of job: Job, atMost seconds: Double = 60, _ body: @Sendable @escaping () async throws -> JobOutcome
    ) async throws -> JobOutcome {
        try await withThrowingTaskGroup(of: JobOutcome?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await renewWhileHeld(job)
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw JobTimedOut()
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                guard let outcome = result else { throw LeaseLost() }
                return outcome
            }
            throw LeaseLost()
        }
    }

    /// Returns when the lease is lost.
    private func renewWhileHeld(_ job: Job) async throws {
        repeat {
            try await Task.sleep(for: .seconds(lease / 3))
        } while try await renew(job)
    }
}

struct LeaseLost: Error, CustomStringConvertible {
    let description = "the job's lease was lost"
}

struct JobTimedOut: Error, CustomStringConvertible {
    let description = "the job took longer than its kind may"
}
