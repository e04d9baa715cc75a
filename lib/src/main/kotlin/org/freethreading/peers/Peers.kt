package org.freethreading.peers

import org.freethreading.memory.Peer
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Records
import java.nio.file.Path

/** The processes of a program that share memory, as one of them, [self], sees them; and what they share. */
internal interface Peers {
    val table: PeerTable
    val self: Peer

    /**
     * Makes a file of records, of which [prepare] may take some before anybody else can see them.
     *
     * @throws java.io.IOException if there is room nowhere
     */
    fun newRecords(number: Int, size: Int, count: Int, prepare: Records.() -> Unit = {}): Records

    /**
     * Deletes the file of this [number], of which the only record is over. Does nothing if it is gone already.
     *
     * @throws java.io.IOException if it cannot be deleted
     */
    fun removeRecords(number: Int)

    /** @throws java.io.IOException if there is none of this [number] */
    fun openRecords(number: Int): Records

    /** The numbers of all files of records. */
    fun recordFiles(): List<Int>

    /** Where [newFile] has its files. */
    val folders: List<Path>

    /**
     * A path for a file of this process with room for [bytes], which outlives it.
     *
     * @throws java.io.IOException if there is room nowhere
     */
    fun newFile(bytes: Long): Path

    /** The places of all other processes. */
    fun others(): List<Int>

    /**
     * Those of the processes with these [pids], which are dead, and of all below them, which get killed, that had a
     * place: it is proven that they do not live, and their places are this process's to give up.
     */
    fun proveDead(pids: Set<Long>): List<Peer>

    /** Gives up the place of a dead process, of which nothing is left. */
    fun strikeOff(dead: Peer)
}
