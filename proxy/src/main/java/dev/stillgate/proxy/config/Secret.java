package dev.stillgate.proxy.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a text, or a list or map of texts, that is secret. Only here are <code>${NAME}</code> (a variable of the
 * environment, <code>$${</code> for a literal one) and {@code file:PATH} (the content of a file, without its last line
 * end) replaced; the value stands in no message.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Secret {}
