package org.freethreading.cell

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe

/** Whether an end of a pipe is deserted, when one process takes it over while another is buried that had it. */
class SimulatedEndsTest : FunSpec({
    /** The end 0 of a pipe that only one process has had, which is dead and not buried yet. */
    class Scene {
        private val simulation = Simulation()
        private val heir = simulation.heir
        private val pipe = heir.memory.allocate(Kind.PIPE)
        private val end = heir.memory.allocate(Kind.CONNECTION).also { it.prepareEnd(pipe, 0) }
        private val dead = simulation.newProcess().also { it.attach(end).joinEnd() }
        private val next = simulation.newProcess()
        private val forNext = next.attach(end)

        val isDeserted get() = PipeWord.isOver(pipe.cell(0).value, 1)

        fun bury() = simulation.bury(dead, heir)

        fun burying(step: Int) = heir.run(step) { bury() }

        fun takeOver() = forNext.joinEnd()

        fun takingOver(step: Int) = next.run(step) { takeOver() }

        fun buryNext() = simulation.bury(next, heir)

        fun over() = simulation.end()
    }

    /** Calls [play] with 1, 2 and so on, as long as there is such a step. */
    fun forEachStep(play: Scene.(step: Int) -> Boolean) {
        var step = 1
        while (withClue("step $step") { Scene().run { play(step).also { over() } } }) step++
        step shouldBeGreaterThan 2
    }

    test("it is deserted when the one who had it is buried, and not any more when the next one has it") {
        val scene = Scene()
        scene.isDeserted shouldBe false

        scene.bury()
        scene.isDeserted shouldBe true

        scene.takeOver()
        scene.isDeserted shouldBe false

        scene.buryNext()
        scene.isDeserted shouldBe true
        scene.over()
    }

    test("it is not deserted, at whatever moment a burial comes between while it is taken over") {
        forEachStep { step ->
            val taking = takingOver(step)
            val isHeld = taking.awaitHold()
            bury()

            taking.goOn()
            taking.end()

            isDeserted shouldBe false
            isHeld
        }
    }

    test("it is not deserted, at whatever moment of a burial it is taken over") {
        forEachStep { step ->
            val burying = burying(step)
            val isHeld = burying.awaitHold()
            takeOver()
            isDeserted shouldBe false

            burying.goOn()
            burying.end()

            isDeserted shouldBe false
            isHeld
        }
    }

    for (isBuriedBefore in listOf(true, false)) {
        test("it is deserted when who takes it over dies meanwhile, the first one buried ${if (isBuriedBefore) "before" else "after"}") {
            forEachStep { step ->
                if (isBuriedBefore) bury()
                val taking = takingOver(step)
                val isHeld = taking.awaitHold()
                taking.die()
                buryNext()
                if (!isBuriedBefore) bury()

                isDeserted shouldBe true
                isHeld
            }
        }
    }
})
