package dev.stillgate.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Name that policies of earlier versions may use: a constant of the enum, or a key of the record of a policy. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Removed {
    /** Returns the name as policies write it. */
    String name();

    /** Returns the end of the error message, which says what to write, such as {@code remove this line}. */
    String instead();
}
