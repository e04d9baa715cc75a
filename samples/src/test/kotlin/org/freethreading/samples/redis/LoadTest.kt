package org.freethreading.samples.redis

import com.sun.management.UnixOperatingSystemMXBean
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.test.Enabled
import io.kotest.matchers.shouldBe
import java.lang.management.ManagementFactory

class LoadTest :
    FunSpec({
        timeout = 120_000

        serverTwins.forEach { twin ->
            test("the server in ${twin.language} answers $REQUESTS requests of $CLIENTS clients at once")
                .config(enabledOrReasonIf = { enoughFiles() }) {
                    twin.open().use { server ->
                        LoadClient(server.port, CLIENTS).use { load ->
                            load.run(rounds = 1) shouldBe CLIENTS * LoadClient.REQUESTS_PER_ROUND
                            load.run(rounds = ROUNDS - 1) shouldBe REQUESTS - CLIENTS * LoadClient.REQUESTS_PER_ROUND
                        }
                    }
                }
        }
    })

private const val CLIENTS = 2_000
private const val ROUNDS = 5
private const val REQUESTS = CLIENTS * ROUNDS * LoadClient.REQUESTS_PER_ROUND

/** Both ends of each connection are in this process, beside what else it has open. */
private const val FILES = 2 * CLIENTS + 500

private fun enoughFiles(): Enabled {
    val system = ManagementFactory.getOperatingSystemMXBean() as? UnixOperatingSystemMXBean
    val limit = system?.maxFileDescriptorCount ?: Long.MAX_VALUE
    return if (limit >= FILES) Enabled.enabled else Enabled.disabled("$CLIENTS clients need $FILES open files, and the limit is $limit")
}
