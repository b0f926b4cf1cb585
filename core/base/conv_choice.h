/* Which algorithms convolution may choose from. WICK_CONVOLUTION=direct leaves Winograd's out,
 * =unfold all but windows as the columns of a matrix, the reference. */
#ifndef WICK_BASE_CONV_CHOICE_H
#define WICK_BASE_CONV_CHOICE_H

typedef enum wick__conv_choice {
    WICK__CONV_ANY,
    WICK__CONV_DIRECT,
    WICK__CONV_UNFOLD
} wick__conv_choice;

/* Found out once. */
wick__conv_choice wick__conv_choice_of_process(void);

#endif
