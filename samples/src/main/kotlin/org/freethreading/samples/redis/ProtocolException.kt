package org.freethreading.samples.redis

/** What a client has sent is no request. The message is what Redis says of it, without its `ERR Protocol error: `. */
class ProtocolException(message: String) : Exception(message)
