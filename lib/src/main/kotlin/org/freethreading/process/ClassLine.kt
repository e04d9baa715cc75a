package org.freethreading.process

import java.io.DataInputStream
import java.io.DataOutputStream
import java.io.IOException
import java.nio.channels.Channels
import java.nio.channels.SocketChannel
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.LinkedBlockingQueue

/**
 * The child's end of the line to its [ClassServer]. One question at a time:
 *
 *     question:  byte FIRST or ALL | name in UTF-8, after its length in 2 bytes
 *     answer:    int count         | count times: int length, bytes
 *                -1                | why not, in UTF-8, after its length in 2 bytes
 *
 * Who asks may be interrupted, which would close the socket. So only a thread of our own touches it, and the others
 * wait for the answer, whatever happens to them.
 */
internal class ClassLine(private val connect: () -> SocketChannel) {
    private class Question(val isForAll: Boolean, val name: String) {
        val answer = CompletableFuture<List<ByteArray>>()
    }

    private val questions = LinkedBlockingQueue<Question>()
    private val thread by lazy { daemon("freethreading-classes", task = ::run) }

    /** The content of the first file called [name], if there is one; [missing] are those that there are not. */
    fun one(name: String, missing: MutableSet<String>): ByteArray? = ask(Question(false, name), missing).firstOrNull()

    /** The contents of all files called [name]. */
    fun all(name: String, missing: MutableSet<String>): List<ByteArray> = ask(Question(true, name), missing)

    private fun ask(question: Question, missing: MutableSet<String>): List<ByteArray> {
        if (question.name in missing) return listOf()
        thread
        questions.add(question)
        return try {
            question.answer.join().also { if (it.isEmpty()) missing.add(question.name) }
        } catch (failure: CompletionException) {
            throw IOException(failure.cause?.message, failure.cause)
        }
    }

    private fun run() {
        val channel = try {
            connect()
        } catch (failure: IOException) {
            refuseAll(failure)
        }
        channel.use {
            val input = DataInputStream(Channels.newInputStream(channel).buffered())
            val output = DataOutputStream(Channels.newOutputStream(channel).buffered())
            while (true) answer(questions.take(), input, output)
        }
    }

    private fun answer(question: Question, input: DataInputStream, output: DataOutputStream) {
        try {
            output.writeByte(if (question.isForAll) ALL else FIRST)
            output.writeUTF(question.name)
            output.flush()
            val count = input.readInt()
            if (count < 0) {
                question.answer.completeExceptionally(IOException(input.readUTF()))
            } else {
                question.answer.complete(List(count) { ByteArray(input.readInt()).also(input::readFully) })
            }
        } catch (failure: IOException) {
            question.answer.completeExceptionally(failure)
            refuseAll(failure)
        }
    }

    /** Nobody can be asked any more: the program that started this one is gone, or does not serve classes. */
    private fun refuseAll(failure: IOException): Nothing {
        while (true) questions.take().answer.completeExceptionally(failure)
    }

    companion object {
        const val FIRST = 0
        const val ALL = 1
    }
}
