/** A function whose calls fail before they begin. */
throw new Error('never-to-be-loaded');
