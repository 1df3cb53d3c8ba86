package dev.stillgate.fingerprint.signal;

/**
 * Statistics of one account: counts and means over its recent exchanges, with exponential decay. A view that is valid
 * during the call only.
 */
public interface Profile {
    /** Returns the decayed number of conversation starts. */
    double exchanges();

    /** Returns the time that the profile covers, in seconds, with the same decay. */
    double exposure();

    /** Returns the sum of the squares of the counts in bins of ten minutes. */
    double squaresOfTenMinutes();

    /** Returns the sum of the squares of the counts in bins of an hour. */
    double squaresOfHours();

    /** Returns the number of days with a conversation start. */
    double activeDays();

    /** Returns the number of conversations that began in an hour of the day (UTC), 0 to 23. */
    double atHour(int hour);

    /** Returns the mean of ln of the gaps between conversation starts in seconds; gaps below 1 s count as 1 s. */
    double meanLogGap();

    /** Returns the standard deviation of the same. */
    double deviationOfLogGap();

    /** Returns the mean of ln(1 + characters of new text). */
    double meanLogPrompt();

    double deviationOfLogPrompt();

    /** Returns the mean of ln(1 + output tokens). */
    double meanLogResponse();

    double deviationOfLogResponse();

    /** Returns the share of prompts that begin a conversation. */
    double singleTurns();

    /** Returns the share of prompts with tool results. */
    double toolTurns();

    /** Returns the share of the analysed text that is code. */
    double code();

    /** Returns the share of responses that used nearly all of their allowed tokens. */
    double saturated();

    /** Returns the mean topic of the prompts in one dimension, -1 to 1. */
    double topic(int dimension);

    /** Returns the estimated number of networks, at most about 110. */
    double networks();

    /** Returns the estimated number of clients, at most about 45. */
    double clients();

    /** Returns the share of requests from hosting or anonymiser networks. */
    double hosted();

    /** Returns the account's age in days when it was first seen; NaN if unknown. */
    double ageInDays();
}
