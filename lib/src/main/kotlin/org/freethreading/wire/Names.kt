package org.freethreading.wire

/*
 * Classes as a message names them: short where the reader knows which is meant, in full for the culprit.
 */

/** The name of [type] with the classes around it but without its package: `Outer.Inner`. */
internal fun simpleName(type: Class<*>): String = try {
    generateSequence(type) { it.enclosingClass }
        .map { it.simpleName }
        .filter { it.isNotEmpty() }
        .toList()
        .asReversed()
        .joinToString(".")
} catch (_: LinkageError) {
    type.name.substringAfterLast('.') // a class around it is missing, or its compiler left wrong attributes
}

/** The full name of [type]. A lambda has none worth reading, so what it implements stands for it. */
internal fun typeName(type: Class<*>): String = if (isLambda(type)) type.interfaces.first().name else type.typeName

/** Whether [type] was spun at run time for a lambda of Java or Kotlin. */
internal fun isLambda(type: Class<*>): Boolean =
    type.isHidden && type.interfaces.isNotEmpty() && "\$\$Lambda" in type.name
