package org.freethreading.samples.redis

import org.freethreading.samples.Options
import picocli.CommandLine.Option

/** The arguments of the servers, checked as they are asked for. */
class RedisOptions : Options() {
    @Option(
        names = ["--port"],
        paramLabel = "n",
        description = ["Where to listen, on this machine only; 0 stands for any that is free. By default 6379."],
    )
    private var port: Int = 6379

    fun port(): Int = if (port in 0..65535) port else refuse("--port takes 0 to 65535, not $port")
}
