package dev.stillgate.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names that policies of earlier versions may use: constants of the enum, or keys of the record of a policy. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Removed {
    /** Returns the names as policies write them. */
    String[] name();

    /** Returns the end of the error message, which says what to write, such as {@code remove this line}. */
    String instead();
}
