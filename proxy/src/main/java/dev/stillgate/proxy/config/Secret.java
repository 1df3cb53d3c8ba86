package dev.stillgate.proxy.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a text, or a list or map of texts, as secret. In secret values, <code>${NAME}</code> is replaced by an
 * environment variable, <code>$${</code> by a literal <code>${</code>, and {@code file:PATH} by the content of a file
 * without trailing white space. The value appears in no message.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Secret {}
