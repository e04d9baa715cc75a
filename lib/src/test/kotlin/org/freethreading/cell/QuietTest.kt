package org.freethreading.cell

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch

class QuietTest : FunSpec({
    timeout = 10_000

    test("a thread that is quiet does not run the coroutine that it wakes, not even an unconfined one") {
        val cell = HeapCell(0)
        val resumedOn = CompletableDeferred<Thread>()
        launch(Dispatchers.Unconfined, start = UNDISPATCHED) {
            cell.awaitUntil { cell.value == 1L }
            resumedOn.complete(Thread.currentThread())
        }

        val here = Thread.currentThread()
        Quiet.during {
            cell.value = 1
            cell.signal()
        }

        resumedOn.await() shouldNotBe here
    }

    test("a thread is quiet no longer than it was to be, also when that fails, and inside of another time") {
        runCatching { Quiet.during { error("inside") } }
        Quiet.isHere shouldBe false

        Quiet.during {
            Quiet.during { }
            Quiet.isHere shouldBe true
        }
        Quiet.isHere shouldBe false
    }
})
